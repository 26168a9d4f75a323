using System.Text;

namespace SmsDapr.Sidecar.PubSub.Routing;

internal enum TokenKind
{
    Name,
    Number,
    Text,
    Symbol,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Value, int Position)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Value == symbol;
}

/// <summary>Cuts an expression into tokens.</summary>
internal static class ConditionLexer
{
    private static readonly string[] Symbols = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ".", ",", "-"];

    public static IEnumerable<Token> Read(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var token = ReadOne(text, at, out var next);
            yield return token;
            at = next;
        }

        yield return new Token(TokenKind.End, "", text.Length);
    }

    public static FormatException Complain(int position, string problem) => new($"at character {position + 1}: {problem}");

    private static Token ReadOne(string text, int at, out int next)
    {
        if (text[at] is '"' or '\'')
            return ReadText(text, at, out next);
        if (char.IsAsciiDigit(text[at]))
            return Take(TokenKind.Number, text, at, character => char.IsAsciiLetterOrDigit(character) || character == '.', out next);
        if (char.IsAsciiLetter(text[at]) || text[at] == '_')
            return Take(TokenKind.Name, text, at, character => char.IsAsciiLetterOrDigit(character) || character == '_', out next);
        if (Array.Find(Symbols, symbol => string.CompareOrdinal(text, at, symbol, 0, symbol.Length) == 0) is not { } found)
            throw Complain(at, $"'{text[at]}' is not supported by the embedded sidecar");
        next = at + found.Length;
        return new Token(TokenKind.Symbol, found, at);
    }

    private static Token Take(TokenKind kind, string text, int at, Func<char, bool> belongs, out int next)
    {
        next = at;
        while (next < text.Length && belongs(text[next]))
            next++;
        return new Token(kind, text[at..next], at);
    }

    private static Token ReadText(string text, int at, out int next)
    {
        var value = new StringBuilder();
        for (next = at + 1; next < text.Length; next++)
        {
            if (text[next] == text[at])
            {
                next++;
                return new Token(TokenKind.Text, value.ToString(), at);
            }

            value.Append(text[next] == '\\' ? Unescape(text, ++next) : text[next]);
        }

        throw Complain(at, "the text does not end");
    }

    private static char Unescape(string text, int at) => at >= text.Length ? '\\' : text[at] switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' or '"' or '\'' => text[at],
        var other => throw Complain(at, $"the escape '\\{other}' is not supported by the embedded sidecar"),
    };
}
