using System.Text.Json;

namespace SmsDapr.Sidecar.PubSub.Routing;

/// <summary>
/// A routing rule's <c>match</c>: an expression over <c>event</c>, the CloudEvent. It is the part of CEL that tells events apart: fields,
/// literals and lists, comparisons, <c>in</c>, <c>&amp;&amp;</c>, <c>||</c>, <c>!</c>, <c>has</c>, <c>size</c>, <c>int</c>, <c>double</c>, <c>string</c>,
/// <c>startsWith</c>, <c>endsWith</c>, <c>contains</c> and <c>matches</c>. Anything else is refused when it is read, never at an event.
/// </summary>
internal sealed class EventCondition
{
    private readonly ConditionNode _root;

    private EventCondition(string text, ConditionNode root)
    {
        Text = text;
        _root = root;
    }

    public string Text { get; }

    /// <exception cref="FormatException">The text is no such expression; the message says where.</exception>
    public static EventCondition Parse(string text) => new(text, new ConditionParser(text).Parse());

    /// <exception cref="ConditionException">The expression has no answer for this event, as when it asks for a field that is not there.</exception>
    public bool Holds(JsonElement cloudEvent) => ConditionValues.Plain(_root(cloudEvent)) switch
    {
        bool answer => answer,
        ConditionFailure failure => throw new ConditionException(failure.Problem),
        _ => throw new ConditionException("the expression is not true or false"),
    };
}

internal sealed class ConditionException(string problem) : Exception(problem);

/// <summary>A part of an expression: an event's value for it, or <see cref="ConditionFailure"/>.</summary>
internal delegate object ConditionNode(JsonElement cloudEvent);

/// <summary>A value that could not be had. Passed on rather than thrown, since <c>&amp;&amp;</c> and <c>||</c> may not need it.</summary>
internal sealed record ConditionFailure(string Problem);
