using System.Globalization;

namespace SmsDapr.Simulators.Twilio.Webhooks;

[Flags]
internal enum RetryOn
{
    None = 0,
    ClientError = 1,
    ServerError = 2,
    Connect = 4,
    Read = 8,
    All = ClientError | ServerError | Connect | Read,
}

/// <summary>How hard Twilio tries to reach a webhook: the fragment of its URL, over documented defaults.</summary>
internal sealed record ConnectionOverrides
{
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(15);

    public int Retries { get; init; } = 1;

    public RetryOn RetryOn { get; init; } = RetryOn.Connect;

    /// <summary>Reads <c>rc=3&amp;rp=ct,rt,5xx</c>; keys and values that Twilio does not know or allow keep the default.</summary>
    public static ConnectionOverrides Parse(string fragment)
    {
        var overrides = new ConnectionOverrides();
        foreach (var pair in fragment.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k, v) : (pair, "");
            overrides = key switch
            {
                "ct" when Number(value, 100, 10_000) is { } ms => overrides with { ConnectTimeout = TimeSpan.FromMilliseconds(ms) },
                "rt" when Number(value, 100, 15_000) is { } ms => overrides with { ReadTimeout = TimeSpan.FromMilliseconds(ms) },
                "tt" when Number(value, 100, 15_000) is { } ms => overrides with { TotalTimeout = TimeSpan.FromMilliseconds(ms) },
                "rc" when Number(value, 0, 5) is { } retries => overrides with { Retries = retries },
                "rp" => overrides with { RetryOn = ParsePolicy(value) },
                _ => overrides,
            };
        }

        return overrides;
    }

    private static int? Number(string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null;

    private static RetryOn ParsePolicy(string value)
    {
        var policy = RetryOn.None;
        foreach (var name in Uri.UnescapeDataString(value).Split(','))
        {
            policy |= name switch
            {
                "4xx" => RetryOn.ClientError,
                "5xx" => RetryOn.ServerError,
                "ct" => RetryOn.Connect,
                "rt" => RetryOn.Read,
                "all" => RetryOn.All,
                _ => RetryOn.None,
            };
        }

        return policy;
    }
}

/// <summary>A webhook URL taken apart: the address as written, which is also what is signed, and the overrides behind it.</summary>
internal sealed record WebhookTarget(string Address, Uri Uri, ConnectionOverrides Overrides)
{
    // The bytes on the wire must be the ones that are signed.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Null when Twilio would refuse the URL.</summary>
    public static WebhookTarget? TryParse(string url)
    {
        var hash = url.IndexOf('#', StringComparison.Ordinal);
        var (address, fragment) = hash < 0 ? (url, "") : (url[..hash], url[(hash + 1)..]);
        return Uri.TryCreate(address, AsWritten, out var uri)
            && uri.IsAbsoluteUri
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri.Host.Length > 0
            && !uri.Host.Contains('_', StringComparison.Ordinal)
                ? new WebhookTarget(address, uri, ConnectionOverrides.Parse(fragment))
                : null;
    }
}
