using System.Globalization;

namespace SmsDapr.Core.Tests;

/// <summary>How many samples a property gets. Mutation runs meet every test a thousand times over, so they set the variable.</summary>
internal static class Effort
{
    private const string Variable = "SMSDAPR_PROPERTY_SAMPLES";

    private static readonly int Most =
        int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : int.MaxValue;

    public static int Samples(int wanted) => Math.Min(wanted, Most);
}
