using System.Security.Cryptography;
using System.Text;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

/// <summary>Version 5 UUIDs by the words of RFC 9562, on hexadecimal text, apart from the code under test.</summary>
internal static class Golden
{
    public const string InstanceNamespace = "6f927a2e-9c7e-4a1d-9b8d-7a86f2e7f62f";

    public static string Uuid5(string space, string name)
    {
        var hash = Convert.ToHexStringLower(SHA1.HashData([.. Convert.FromHexString(space.Replace("-", "", StringComparison.Ordinal)), .. Encoding.UTF8.GetBytes(name)]));
        var variant = "89ab"[Convert.ToInt32(hash[16..17], 16) & 3];
        return $"{hash[..8]}-{hash[8..12]}-5{hash[13..16]}-{variant}{hash[17..20]}-{hash[20..32]}";
    }

    public static string Guid(ScriptedEngine engine, int n) => Uuid5(Uuid5(InstanceNamespace, engine.InstanceId), $"{engine.InstanceId}_{n}");
}
