using System.Globalization;

namespace SmsDapr.Sidecar.PubSub.Routing;

/// <summary>Recursive descent over the expression's grammar, from the loosest operator to the tightest.</summary>
internal sealed class ConditionParser(string text)
{
    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">"];

    private readonly Token[] _tokens = [.. ConditionLexer.Read(text)];
    private int _at;

    private Token Next => _tokens[_at];

    public ConditionNode Parse()
    {
        var root = ParseOr();
        return Next.Kind == TokenKind.End ? root : throw Unexpected();
    }

    private ConditionNode ParseOr()
    {
        var left = ParseAnd();
        while (Accept("||"))
            left = ConditionValues.Either(left, ParseAnd());
        return left;
    }

    private ConditionNode ParseAnd()
    {
        var left = ParseComparison();
        while (Accept("&&"))
            left = ConditionValues.Both(left, ParseComparison());
        return left;
    }

    private ConditionNode ParseComparison()
    {
        var left = ParseUnary();
        while (true)
        {
            if (Array.Find(Comparisons, Next.Is) is { } comparison)
            {
                _at++;
                left = ConditionValues.Compare(comparison, left, ParseUnary());
            }
            else if (Next is { Kind: TokenKind.Name, Value: "in" })
            {
                _at++;
                left = ConditionValues.In(left, ParseUnary());
            }
            else
            {
                return left;
            }
        }
    }

    private ConditionNode ParseUnary()
    {
        if (Accept("!"))
            return ConditionValues.Not(ParseUnary());
        if (Accept("-"))
            return ConditionValues.Negate(ParseUnary());
        return ParsePostfix();
    }

    private ConditionNode ParsePostfix()
    {
        var value = ParsePrimary();
        while (true)
        {
            if (Accept("."))
            {
                var name = Take(TokenKind.Name);
                value = Accept("(") ? ConditionFunctions.Method(name, value, ParseArguments(")")) : ConditionValues.Field(value, name.Value);
            }
            else if (Accept("["))
            {
                var index = ParseOr();
                Expect("]");
                value = ConditionValues.Index(value, index);
            }
            else
            {
                return value;
            }
        }
    }

    private ConditionNode ParsePrimary()
    {
        var token = Next;
        _at++;
        switch (token.Kind)
        {
            case TokenKind.Text:
                return ConditionValues.Constant(token.Value);
            case TokenKind.Number:
                return ConditionValues.Constant(double.TryParse(token.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw ConditionLexer.Complain(token.Position, $"'{token.Value}' is not a number"));
            case TokenKind.Name:
                return ParseName(token);
            case TokenKind.Symbol when token.Value == "(":
                var inner = ParseOr();
                Expect(")");
                return inner;
            case TokenKind.Symbol when token.Value == "[":
                return ConditionValues.List(ParseArguments("]"));
            default:
                _at--;
                throw Unexpected();
        }
    }

    private ConditionNode ParseName(Token name) => name.Value switch
    {
        "true" => ConditionValues.Constant(true),
        "false" => ConditionValues.Constant(false),
        "null" => ConditionValues.Constant(DBNull.Value),
        "event" => static cloudEvent => cloudEvent,
        _ when Accept("(") => ConditionFunctions.Call(name, ParseArguments(")")),
        _ => throw ConditionLexer.Complain(name.Position, $"'{name.Value}' is not known; events are read as 'event'"),
    };

    private List<ConditionNode> ParseArguments(string end)
    {
        var arguments = new List<ConditionNode>();
        if (Accept(end))
            return arguments;
        do
            arguments.Add(ParseOr());
        while (Accept(","));
        Expect(end);
        return arguments;
    }

    private bool Accept(string symbol)
    {
        if (!Next.Is(symbol))
            return false;
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Accept(symbol))
            throw ConditionLexer.Complain(Next.Position, $"'{symbol}' is missing");
    }

    private Token Take(TokenKind kind)
    {
        var token = Next;
        if (token.Kind != kind)
            throw Unexpected();
        _at++;
        return token;
    }

    private FormatException Unexpected() => ConditionLexer.Complain(
        Next.Position, Next.Kind == TokenKind.End ? "the expression ends too early" : $"'{Next.Value}' is not expected here");
}
