using System.Security.Cryptography;
using SmsDapr.Simulators.Twilio.Accounts;
using SmsDapr.Simulators.Twilio.Behaviours;
using SmsDapr.Simulators.Twilio.Inspection;
using SmsDapr.Simulators.Twilio.Messages;
using SmsDapr.Simulators.Twilio.Storage;
using SmsDapr.Simulators.Twilio.Verify;
using SmsDapr.Simulators.Twilio.Webhooks;

namespace SmsDapr.Simulators.Twilio;

internal static class TwilioSimulator
{
    public static void AddTwilio(this IServiceCollection services)
    {
        services.AddSingleton<TwilioState>();
        services.AddSingleton<MessageLife>();
        services.AddSingleton<CreateMessage>();
        services.AddSingleton<Plans>();
        services.AddSingleton<AccountAccess>();
        services.AddSingleton<Verifications>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<TwilioSids>();
        services.AddSingleton(RandomNumberGenerator.Create());
        services.AddTransient<WebhookRetryHandler>();
        services.AddHttpClient(WebhookSender.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                ConnectCallback = WebhookRetryHandler.ConnectAsync,
            })
            .AddHttpMessageHandler<WebhookRetryHandler>()
            .RemoveAllLoggers();
    }

    public static void MapTwilio(this WebApplication app)
    {
        app.Use(AddTwilioHeadersAsync);
        app.MapMessages();
        app.MapVerify();
        app.MapInspection();
        app.MapInboxPage();
    }

    private static Task AddTwilioHeadersAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Path.StartsWithSegments("/_sim", StringComparison.Ordinal))
            http.Response.Headers["Twilio-Request-Id"] = http.RequestServices.GetRequiredService<TwilioSids>().Next("RQ");
        return next(http);
    }
}
