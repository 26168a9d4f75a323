using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace SmsDapr.Simulators.Twilio.Accounts;

internal enum Credentials
{
    None,
    Account,
    Test,
}

/// <summary>HTTP Basic against the accounts of the options.</summary>
internal sealed class AccountAccess(SimulatorOptions options)
{
    public Credentials Check(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            || !string.Equals(header.Scheme, "Basic", StringComparison.OrdinalIgnoreCase)
            || header.Parameter is null)
            return Credentials.None;
        var decoded = new byte[header.Parameter.Length];
        if (!Convert.TryFromBase64String(header.Parameter, decoded, out var length))
            return Credentials.None;
        var parts = Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2);
        if (parts is not [var user, var password])
            return Credentials.None;
        if (Same(user, options.AccountSid) && Same(password, options.AuthToken))
            return Credentials.Account;
        if (options.ApiKeySid is { } key && options.ApiKeySecret is { } secret && Same(user, key) && Same(password, secret))
            return Credentials.Account;
        return Same(user, options.TestAccountSid) && Same(password, options.TestAuthToken) ? Credentials.Test : Credentials.None;
    }

    public string AccountOf(Credentials credentials) =>
        credentials == Credentials.Test ? options.TestAccountSid : options.AccountSid;

    private static bool Same(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
}
