using System.Security.Cryptography;
using System.Text.Json;

namespace SmsDapr.Service.Hosting.Options;

/// <summary>How Google calendars are read. Nothing here is required to start.</summary>
public sealed class GoogleCalendarOptions
{
    public required Uri BaseUrl { get; init; }

    public required Uri TokenUrl { get; init; }

    /// <summary>The OAuth client that users' refresh tokens were made for.</summary>
    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    /// <summary>The account that reads the calendars of users who gave no refresh token.</summary>
    public GoogleServiceAccount? ServiceAccount { get; init; }

    /// <summary>The address that Google reaches the service at; null: calendars are only polled.</summary>
    public Uri? PublicBaseUrl { get; init; }

    internal static GoogleCalendarOptions Read(SettingsReader settings)
    {
        var options = new GoogleCalendarOptions
        {
            BaseUrl = settings.Address("BaseUrl", "https://www.googleapis.com/calendar/v3"),
            TokenUrl = settings.Address("TokenUrl", "https://oauth2.googleapis.com/token"),
            ClientId = settings.Text("ClientId"),
            ClientSecret = settings.Text("ClientSecret"),
            ServiceAccount = ReadServiceAccount(settings),
            PublicBaseUrl = settings.Address("PublicBaseUrl"),
        };
        if (options.ClientId is null != options.ClientSecret is null)
            settings.Problem(options.ClientId is null ? "ClientId" : "ClientSecret", "must be set too when the other half of the OAuth client is");
        return options;
    }

    private static GoogleServiceAccount? ReadServiceAccount(SettingsReader settings)
    {
        const string Key = "ServiceAccountKeyFile";
        if (settings.Text(Key) is not { } path)
            return null;
        try
        {
            return GoogleServiceAccount.Parse(File.ReadAllText(path));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException or FormatException or CryptographicException or ArgumentException)
        {
            settings.Problem(Key, "must be the path of a readable key file of a Google service account (JSON with client_email and private_key)");
            return null;
        }
    }
}

/// <summary>A service account and its key.</summary>
public sealed class GoogleServiceAccount
{
    private GoogleServiceAccount(string email, string? keyId, RSA key) => (Email, KeyId, Key) = (email, keyId, key);

    public string Email { get; }

    public string? KeyId { get; }

    public RSA Key { get; }

    internal static GoogleServiceAccount Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement is not { ValueKind: JsonValueKind.Object } file || Text(file, "type") != "service_account")
            throw new FormatException("The key file is not one of a service account.");
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(Text(file, "private_key") ?? throw new FormatException("The key file has no private_key."));
            return new GoogleServiceAccount(
                Text(file, "client_email") ?? throw new FormatException("The key file has no client_email."), Text(file, "private_key_id"), key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static string? Text(JsonElement file, string name) =>
        file.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
