using System.Text.Json;
using System.Text.Json.Serialization;
using SmsDapr.Core;

namespace SmsDapr.Service.Hosting.Json;

internal static class JsonRegistration
{
    /// <summary>The API's JSON: what Core writes, and nothing guessed on the way in.</summary>
    public static void AddJson(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(options => Configure(options.SerializerOptions));
        // Binding errors carry their reason only when they are thrown; InvalidRequests turns them into answers.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaxRequestBytes);
    }

    // Twenty times the longest message text; room for a planning run of thousands of users.
    private const long MaxRequestBytes = 256 * 1024;

    private static void Configure(JsonSerializerOptions options)
    {
        CoreJson.Configure(options);
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.Converters.Insert(0, new ExactWords());
        options.Converters.Add(new PatchedConverter());
    }
}
