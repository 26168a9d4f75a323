using System.Security.Cryptography;
using System.Text.Json;

namespace SmsDapr.Local;

/// <summary>A key file as Google makes them for service accounts, good for the simulator only: it takes any signature.</summary>
internal static class DemoServiceAccount
{
    private const int KeyBits = 2048;

    /// <summary>The path of the file, which is made at the first start.</summary>
    public static string EnsureKeyFile(string dataDirectory)
    {
        var path = Path.GetFullPath(Path.Combine(dataDirectory, "google-service-account.json"));
        if (File.Exists(path))
            return path;

        using var key = RSA.Create(KeyBits);
        var json = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["client_email"] = "smsdapr@simulated.iam.gserviceaccount.com",
            ["private_key_id"] = "simulated",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
        });
        // Moved into place when it is whole: a start that is cut short must not leave half a key behind.
        var draft = $"{path}.new";
        File.WriteAllText(draft, json);
        File.Move(draft, path, overwrite: true);
        return path;
    }
}
