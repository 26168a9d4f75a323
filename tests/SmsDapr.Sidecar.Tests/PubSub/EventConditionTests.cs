using System.Text.Json;
using SmsDapr.Sidecar.PubSub.Routing;

namespace SmsDapr.Sidecar.Tests.PubSub;

public sealed class EventConditionTests
{
    private const string Event = """
        { "type": "widget", "source": "shop", "subject": "a/b", "data": { "amount": 12000, "text": "5", "flag": true, "none": null, "tags": ["x", "y"], "my-key": 1 } }
        """;

    [Theory]
    [InlineData("event.type == \"widget\"", true)]
    [InlineData("event.type == 'gadget'", false)]
    [InlineData("event.type != 'gadget'", true)]
    [InlineData("event.data.amount > 10000", true)]
    [InlineData("event.data.amount <= 10000", false)]
    [InlineData("event.data.amount == 12000.0", true)]
    [InlineData("-1 < event.data.amount", true)]
    [InlineData("int(event.data.text) >= 5", true)]
    [InlineData("string(event.data.amount) == '12000'", true)]
    [InlineData("event.data.flag", true)]
    [InlineData("!event.data.flag", false)]
    [InlineData("event.data.none == null", true)]
    [InlineData("event.type == 1", false)]
    [InlineData("has(event.data.amount) && event.data.amount > 1", true)]
    [InlineData("has(event.data.absent)", false)]
    [InlineData("event.data.absent == 1 || event.type == 'widget'", true)]
    [InlineData("event.data.absent == 1 && event.type == 'gadget'", false)]
    [InlineData("event.type == 'gadget' || event.source == 'shop' && event.data.flag", true)]
    [InlineData("(event.type == 'gadget' || event.source == 'shop') && !event.data.flag", false)]
    [InlineData("event.type in ['gadget', 'widget']", true)]
    [InlineData("'z' in event.data.tags", false)]
    [InlineData("'y' in event.data.tags", true)]
    [InlineData("event.data['my-key'] == 1", true)]
    [InlineData("event.data.tags[1] == 'y'", true)]
    [InlineData("size(event.data.tags) == 2", true)]
    [InlineData("event.type.size() == 6", true)]
    [InlineData("event.subject.startsWith('a/')", true)]
    [InlineData("event.subject.endsWith('b')", true)]
    [InlineData("event.subject.contains('/')", true)]
    [InlineData("event.subject.matches('^a/[a-c]$')", true)]
    [InlineData("event.type == \"wid\\\"get\"", false)]
    public void An_expression_is_true_or_false_of_an_event(string expression, bool expected) => Holds(expression).ShouldBe(expected);

    [Theory]
    [InlineData("event.data.absent == 1")]
    [InlineData("event.data.amount > 'text'")]
    [InlineData("event.type")]
    [InlineData("event.data.tags[7] == 'x'")]
    [InlineData("event.data.absent == 1 || event.type == 'gadget'")]
    public void What_an_event_has_no_answer_for_is_a_failure_of_its_own(string expression) =>
        Should.Throw<ConditionException>(() => Holds(expression));

    [Theory]
    [InlineData("event.type ==", "at character 14: the expression ends too early")]
    [InlineData("type == 'a'", "at character 1: 'type' is not known")]
    [InlineData("event.data.items.all(x, x > 1)", "at character 22: 'x' is not known")]
    [InlineData("event.n + 1 == 2", "at character 9: '+' is not supported by the embedded sidecar")]
    [InlineData("event.a ? true : false", "at character 9: '?' is not supported by the embedded sidecar")]
    [InlineData("duration('1s') == event.d", "at character 1: the function 'duration' is not supported by the embedded sidecar")]
    [InlineData("event.type.lower() == 'a'", "at character 12: 'lower' takes one argument")]
    [InlineData("event.type == 'a", "at character 15: the text does not end")]
    [InlineData("event.type == 'a' event", "at character 19: 'event' is not expected here")]
    [InlineData("event.type.matches('(')", "at character 12: the pattern of 'matches' is malformed")]
    public void What_is_not_supported_is_refused_with_its_place(string expression, string problem) =>
        Should.Throw<FormatException>(() => EventCondition.Parse(expression)).Message.ShouldStartWith(problem);

    private static bool Holds(string expression)
    {
        using var document = JsonDocument.Parse(Event);
        return EventCondition.Parse(expression).Holds(document.RootElement);
    }
}
