using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace SmsDapr.Sidecar.State;

/// <summary>Reads a connection string as daprd's driver does (<c>host=… user=…</c> or <c>postgres://…</c>) into Npgsql's own form.</summary>
internal static partial class PostgresConnectionString
{
    /// <exception cref="FormatException">A part is not understood; the message names the part but no value.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        var parts = text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal)
            ? FromUrl(text)
            : FromPairs(text);
        foreach (var (key, value) in parts)
            Apply(builder, key, value);
        return builder;
    }

    private static void Apply(NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        switch (key)
        {
            case "host" or "hostaddr":
                builder.Host = value;
                break;
            case "port":
                builder.Port = Number(key, value);
                break;
            case "user":
                builder.Username = value;
                break;
            case "password":
                builder.Password = value;
                break;
            case "database" or "dbname":
                builder.Database = value;
                break;
            case "connect_timeout":
                builder.Timeout = Number(key, value);
                break;
            case "application_name":
                builder.ApplicationName = value;
                break;
            case "pool_max_conns":
                builder.MaxPoolSize = Number(key, value);
                break;
            case "sslmode":
                builder.SslMode = Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode)
                    ? mode
                    : throw new FormatException("sslmode is not known");
                break;
            default:
                throw new FormatException($"'{key}' is not supported");
        }
    }

    private static int Number(string key, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{key} is not a number");

    private static IEnumerable<(string Key, string Value)> FromPairs(string text)
    {
        if (!Pairs().IsMatch(text))
            throw new FormatException("it is neither a list of key=value nor a postgres:// address");
        return Pair().Matches(text).Select(pair => (pair.Groups[1].Value, pair.Groups[2].Success ? pair.Groups[2].Value : pair.Groups[3].Value));
    }

    private static IEnumerable<(string Key, string Value)> FromUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
            throw new FormatException("it is not an address");
        yield return ("host", url.Host);
        if (url.Port > 0)
            yield return ("port", url.Port.ToString(CultureInfo.InvariantCulture));
        var credentials = url.UserInfo.Split(':', 2);
        if (credentials[0].Length > 0)
            yield return ("user", Uri.UnescapeDataString(credentials[0]));
        if (credentials.Length == 2)
            yield return ("password", Uri.UnescapeDataString(credentials[1]));
        if (url.AbsolutePath.Length > 1)
            yield return ("database", Uri.UnescapeDataString(url.AbsolutePath[1..]));
        foreach (var parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = parameter.Split('=', 2);
            yield return (parts[0], Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? ""));
        }
    }

    [GeneratedRegex(@"^\s*(\w+\s*=\s*('[^']*'|[^'\s]\S*)(\s+|$))+$")]
    private static partial Regex Pairs();

    [GeneratedRegex(@"(\w+)\s*=\s*(?:'([^']*)'|(\S+))")]
    private static partial Regex Pair();
}
