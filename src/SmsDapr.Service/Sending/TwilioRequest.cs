using System.Net.Http.Headers;
using System.Text;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Sending;

/// <summary>Requests to any of Twilio's hosts, with the API key when there is one.</summary>
internal static class TwilioRequest
{
    public static HttpRequestMessage Create(TwilioOptions options, HttpMethod method, Uri address)
    {
        var (user, secret) = options.ApiKeySid is { } key ? (key, options.ApiKeySecret) : (options.AccountSid, options.AuthToken);
        var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}")));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }
}
