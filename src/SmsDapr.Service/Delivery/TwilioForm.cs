using System.Text;

namespace SmsDapr.Service.Delivery;

/// <summary>
/// The parameters of a form body as sent: every pair, in order, case of names and empty values kept (ASP.NET's form
/// collection folds both, which breaks signatures).
/// </summary>
internal sealed class TwilioForm
{
    private TwilioForm(IReadOnlyList<KeyValuePair<string, string>> pairs) => Pairs = pairs;

    public IReadOnlyList<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>First value of a parameter; null when it is missing or empty.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var pair in Pairs)
            {
                if (pair.Key == name)
                {
                    return pair.Value.Length == 0 ? null : pair.Value;
                }
            }

            return null;
        }
    }

    public static TwilioForm Parse(ReadOnlySpan<byte> body)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            var value = equals < 0 ? "" : part[(equals + 1)..];
            pairs.Add(new(Decode(name), Decode(value)));
        }

        return new TwilioForm(pairs);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
