using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SmsDapr.Sidecar.PubSub.Routing;

/// <summary>The functions and methods of the expressions.</summary>
internal static class ConditionFunctions
{
    public static ConditionNode Call(Token name, IReadOnlyList<ConditionNode> arguments)
    {
        Func<object, object>? function = name.Value switch
        {
            "has" => static value => value is not ConditionFailure,
            "size" => Size,
            "int" => static value => ToNumber(value) is double number ? Math.Truncate(number) : ToNumber(value),
            "double" => ToNumber,
            "string" => ToText,
            _ => null,
        };
        if (function is null)
            throw ConditionLexer.Complain(name.Position, $"the function '{name.Value}' is not supported by the embedded sidecar");
        if (arguments.Count != 1)
            throw ConditionLexer.Complain(name.Position, $"'{name.Value}' takes one argument");
        var argument = arguments[0];
        return cloudEvent => function(ConditionValues.Plain(argument(cloudEvent)));
    }

    public static ConditionNode Method(Token name, ConditionNode target, IReadOnlyList<ConditionNode> arguments)
    {
        if (name.Value == "size" && arguments.Count == 0)
            return cloudEvent => Size(ConditionValues.Plain(target(cloudEvent)));
        if (arguments.Count != 1)
            throw ConditionLexer.Complain(name.Position, $"'{name.Value}' takes one argument");
        var argument = arguments[0];
        Func<string, string, bool> method = name.Value switch
        {
            "startsWith" => static (text, part) => text.StartsWith(part, StringComparison.Ordinal),
            "endsWith" => static (text, part) => text.EndsWith(part, StringComparison.Ordinal),
            "contains" => static (text, part) => text.Contains(part, StringComparison.Ordinal),
            "matches" => Pattern(name, argument).IsMatch,
            _ => throw ConditionLexer.Complain(name.Position, $"the method '{name.Value}' is not supported by the embedded sidecar"),
        };
        return cloudEvent => (ConditionValues.Plain(target(cloudEvent)), ConditionValues.Plain(argument(cloudEvent))) switch
        {
            (string text, string part) => method(text, part),
            (ConditionFailure failure, _) => failure,
            (_, ConditionFailure failure) => failure,
            _ => new ConditionFailure($"'{name.Value}' needs texts"),
        };
    }

    // A constant has its value whatever the event is.
    private static TextPattern Pattern(Token name, ConditionNode argument)
    {
        try
        {
            return argument(default) is string pattern
                ? new TextPattern(new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant))
                : throw ConditionLexer.Complain(name.Position, "'matches' takes a literal pattern in the embedded sidecar");
        }
        catch (Exception malformed) when (malformed is RegexParseException or NotSupportedException)
        {
            throw ConditionLexer.Complain(name.Position, "the pattern of 'matches' is malformed");
        }
    }

    private sealed record TextPattern(Regex Regex)
    {
        public bool IsMatch(string text, string pattern) => Regex.IsMatch(text);
    }

    private static object Size(object value) => value switch
    {
        ConditionFailure failure => failure,
        string text => (double)text.EnumerateRunes().Count(),
        object[] list => (double)list.Length,
        JsonElement { ValueKind: JsonValueKind.Array } list => (double)list.GetArrayLength(),
        JsonElement { ValueKind: JsonValueKind.Object } map => (double)map.EnumerateObject().Count(),
        _ => new ConditionFailure("'size' needs a text, a list or a map"),
    };

    private static object ToNumber(object value) => value switch
    {
        ConditionFailure failure => failure,
        double number => number,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => new ConditionFailure("this is not a number"),
    };

    private static object ToText(object value) => value switch
    {
        ConditionFailure failure => failure,
        string text => text,
        double number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => new ConditionFailure("'string' needs a text, a number or true or false"),
    };
}
