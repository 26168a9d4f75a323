using System.Text.Json;

namespace SmsDapr.Sidecar.PubSub.Routing;

/// <summary>
/// The operators. Values are <see cref="bool"/>, <see cref="double"/>, <see cref="string"/>, <see cref="DBNull"/> for null, an array for a
/// list and a <see cref="JsonElement"/> for a JSON object or array. Numbers of all kinds compare with each other.
/// </summary>
internal static class ConditionValues
{
    public static ConditionNode Constant(object value) => _ => value;

    public static ConditionNode List(IReadOnlyList<ConditionNode> items) => cloudEvent =>
    {
        object[] values = [.. items.Select(item => Plain(item(cloudEvent)))];
        return Array.Find(values, value => value is ConditionFailure) ?? values;
    };

    public static ConditionNode Field(ConditionNode of, string name) => cloudEvent => Read(of(cloudEvent), name);

    public static ConditionNode Index(ConditionNode of, ConditionNode index) => cloudEvent => (of(cloudEvent), Plain(index(cloudEvent))) switch
    {
        (ConditionFailure failure, _) => failure,
        (_, ConditionFailure failure) => failure,
        (var value, string name) => Read(value, name),
        (JsonElement { ValueKind: JsonValueKind.Array } list, double at) when at >= 0 && at < list.GetArrayLength() => Plain(list[(int)at]),
        _ => new ConditionFailure("there is nothing at this index"),
    };

    public static ConditionNode Not(ConditionNode of) => cloudEvent => Plain(of(cloudEvent)) switch
    {
        bool value => !value,
        ConditionFailure failure => failure,
        _ => new ConditionFailure("'!' needs true or false"),
    };

    public static ConditionNode Negate(ConditionNode of) => cloudEvent => Plain(of(cloudEvent)) switch
    {
        double value => -value,
        ConditionFailure failure => failure,
        _ => new ConditionFailure("'-' needs a number"),
    };

    public static ConditionNode Both(ConditionNode left, ConditionNode right) => Decide(left, right, decides: false);

    public static ConditionNode Either(ConditionNode left, ConditionNode right) => Decide(left, right, decides: true);

    public static ConditionNode In(ConditionNode item, ConditionNode list) => cloudEvent => (Plain(item(cloudEvent)), Plain(list(cloudEvent))) switch
    {
        (ConditionFailure failure, _) => failure,
        (_, ConditionFailure failure) => failure,
        (var value, object[] values) => values.Any(other => AreEqual(value, other)),
        (var value, JsonElement { ValueKind: JsonValueKind.Array } values) => values.EnumerateArray().Any(other => AreEqual(value, Plain(other))),
        (string name, JsonElement { ValueKind: JsonValueKind.Object } map) => map.TryGetProperty(name, out _),
        _ => new ConditionFailure("'in' needs a list"),
    };

    public static ConditionNode Compare(string comparison, ConditionNode left, ConditionNode right) => cloudEvent =>
        (Plain(left(cloudEvent)), Plain(right(cloudEvent))) switch
        {
            (ConditionFailure failure, _) => failure,
            (_, ConditionFailure failure) => failure,
            var (one, other) when comparison == "==" => AreEqual(one, other),
            var (one, other) when comparison == "!=" => !AreEqual(one, other),
            (double one, double other) => Holds(comparison, one.CompareTo(other)),
            (string one, string other) => Holds(comparison, string.CompareOrdinal(one, other)),
            _ => new ConditionFailure($"'{comparison}' needs two numbers or two texts"),
        };

    /// <summary>JSON's single values as this language's own.</summary>
    public static object Plain(object value) => value is not JsonElement json ? value : json.ValueKind switch
    {
        JsonValueKind.String => json.GetString()!,
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => DBNull.Value,
        _ => json,
    };

    private static object Read(object value, string name) => value switch
    {
        ConditionFailure failure => failure,
        JsonElement { ValueKind: JsonValueKind.Object } map => map.TryGetProperty(name, out var field) ? field : new ConditionFailure($"there is no '{name}'"),
        _ => new ConditionFailure($"there is no '{name}'"),
    };

    // One side that decides is enough, even if the other has no value.
    private static ConditionNode Decide(ConditionNode left, ConditionNode right, bool decides) => cloudEvent =>
    {
        var first = Plain(left(cloudEvent));
        if (first is bool one && one == decides)
            return decides;
        var second = Plain(right(cloudEvent));
        if (second is bool other && other == decides)
            return decides;
        return (first, second) switch
        {
            (bool, bool) => !decides,
            (ConditionFailure failure, _) => failure,
            (_, ConditionFailure failure) => failure,
            _ => new ConditionFailure("'&&' and '||' need true or false"),
        };
    };

    private static bool AreEqual(object one, object other) => (one, other) switch
    {
        (JsonElement left, JsonElement right) => JsonElement.DeepEquals(left, right),
        (JsonElement { ValueKind: JsonValueKind.Array } left, object[] right) => AreEqual(left, right),
        (object[] left, JsonElement { ValueKind: JsonValueKind.Array } right) => AreEqual(right, left),
        (object[] left, object[] right) => left.Length == right.Length && left.Zip(right).All(pair => AreEqual(pair.First, pair.Second)),
        _ => one.Equals(other),
    };

    private static bool AreEqual(JsonElement left, object[] right) =>
        left.GetArrayLength() == right.Length && left.EnumerateArray().Zip(right).All(pair => AreEqual(Plain(pair.First), pair.Second));

    private static bool Holds(string comparison, int order) => comparison switch
    {
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };
}
