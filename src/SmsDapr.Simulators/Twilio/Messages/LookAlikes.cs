using System.Globalization;

namespace SmsDapr.Simulators.Twilio.Messages;

/// <summary>Smart encoding: characters that have a GSM-7 look-alike are replaced by it.</summary>
internal static class LookAlikes
{
    private static readonly Dictionary<string, string> Table = Read();

    public static string Replace(string body)
    {
        foreach (var (from, to) in Table)
            body = body.Replace(from, to, StringComparison.Ordinal);
        return body;
    }

    private static Dictionary<string, string> Read()
    {
        using var reader = new StreamReader(typeof(LookAlikes).Assembly.GetManifestResourceStream("twilio-smart-encoding.csv")!);
        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            table[Text(line[..comma])] = string.Concat(line[(comma + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Text));
        }

        return table;
    }

    private static string Text(string codePoint) =>
        char.ConvertFromUtf32(int.Parse(codePoint, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
