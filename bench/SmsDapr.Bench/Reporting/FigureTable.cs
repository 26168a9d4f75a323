using System.Text;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Reporting;

/// <summary>What was measured, as a Markdown table; each line with the load of the machine at that moment.</summary>
internal sealed class FigureTable
{
    private readonly List<string[]> _rows = [["Figure", "Measured", "Budget", "How", "Load"]];

    public void Add(string figure, string measured, string budget = "–", string how = "")
    {
        _rows.Add([figure, measured, budget, how, MachineFacts.LoadAverage()]);
        BenchRun.Say($"  {figure}: {measured}");
    }

    public override string ToString()
    {
        var widths = Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        AppendRow(text, _rows[0], widths);
        AppendRow(text, [.. widths.Select(width => new string('-', width))], widths);
        foreach (var row in _rows.Skip(1))
            AppendRow(text, row, widths);
        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string[] row, int[] widths)
    {
        for (var column = 0; column < row.Length; column++)
            text.Append("| ").Append(row[column].PadRight(widths[column])).Append(' ');
        text.AppendLine("|");
    }
}
