using System.Security.Cryptography;

namespace SmsDapr.Simulators.GoogleCalendar.Events;

/// <summary>Makes ids of Google's shape: digits and the letters a to v.</summary>
internal sealed class EventIds(RandomNumberGenerator random)
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuv";
    private const int Length = 26;

    public string Next()
    {
        Span<byte> bytes = stackalloc byte[Length];
        random.GetBytes(bytes);
        Span<char> id = stackalloc char[Length];
        for (var i = 0; i < Length; i++)
            id[i] = Alphabet[bytes[i] % Alphabet.Length];
        return new string(id);
    }
}
