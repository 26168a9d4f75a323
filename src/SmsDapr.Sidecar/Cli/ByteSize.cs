using System.CommandLine.Parsing;
using System.Globalization;

namespace SmsDapr.Sidecar.Cli;

/// <summary>Sizes as daprd takes them: plain bytes or with a unit, <c>4Mi</c>, <c>16Mi</c>.</summary>
internal static class ByteSize
{
    public static int Parse(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        var digits = text.TrimEnd('B', 'b', 'i', 'K', 'M', 'G', 'k');
        var unit = text[digits.Length..].TrimEnd('B', 'b') switch
        {
            "" => 1L,
            "Ki" => 1L << 10,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            "K" or "k" => 1_000L,
            "M" => 1_000_000L,
            "G" => 1_000_000_000L,
            _ => 0L,
        };
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number * unit is > 0 and <= int.MaxValue)
            return (int)(number * unit);
        argument.AddError($"'{text}' is not a size; use bytes or a unit such as 4Mi");
        return 0;
    }
}
