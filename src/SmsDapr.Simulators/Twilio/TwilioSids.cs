using System.Security.Cryptography;

namespace SmsDapr.Simulators.Twilio;

/// <summary>Makes identifiers of Twilio's shape: two letters and 32 hex digits.</summary>
internal sealed class TwilioSids(RandomNumberGenerator random)
{
    public string Next(string prefix) => prefix + Convert.ToHexStringLower(Bytes());

    public Guid NextGuid() => new(Bytes());

    private byte[] Bytes()
    {
        var bytes = new byte[16];
        random.GetBytes(bytes);
        return bytes;
    }
}
