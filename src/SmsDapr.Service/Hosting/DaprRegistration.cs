using System.Security.Cryptography;
using SmsDapr.Core;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Hosting.Storage;

namespace SmsDapr.Service.Hosting;

internal static class DaprRegistration
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    public static void AddDapr(this WebApplicationBuilder builder, DaprOptions options)
    {
        builder.Services.AddSingleton<SidecarChannel>();
        builder.Services.AddSingleton<StateClient>();
        builder.Services.AddSingleton(new Backoff(() => RandomNumberGenerator.GetInt32(1000) / 1000.0, TimeProvider.System));
        builder.Services.AddSingleton<IDocumentStore, DocumentStore>();
        builder.Services.AddDaprClient(client => client
            .UseGrpcEndpoint(options.GrpcEndpoint.ToString())
            .UseHttpEndpoint(options.HttpEndpoint.ToString())
            .UseDaprApiToken(options.ApiToken)
            .UseJsonSerializationOptions(CoreJson.Options)
            .UseTimeout(CallTimeout));
        builder.Services.AddHostedService<TwilioSecrets>();
    }
}
