using System.Security.Cryptography;
using System.Text;

namespace Dapr.Workflow.Replay;

/// <summary>Name-based UUIDs (version 5) in the form that Dapr's .NET SDK derives from an instance.</summary>
internal static class DeterministicGuid
{
    private static readonly Guid InstanceNamespace = new("6f927a2e-9c7e-4a1d-9b8d-7a86f2e7f62f");

    public static Guid OfInstance(string instanceOrExecutionId) =>
        Guid.TryParse(instanceOrExecutionId, out var id) ? id : Create(InstanceNamespace, instanceOrExecutionId);

    public static Guid Create(Guid space, string name)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        var data = length <= 240 ? stackalloc byte[16 + length] : new byte[16 + length];
        space.TryWriteBytes(data, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, data[16..]);

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(data, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
