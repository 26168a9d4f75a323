using Dapr;
using Dapr.Client;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Hosting;

/// <summary>
/// Fills in Twilio credentials that the configuration leaves open from the secret <c>twilio</c> of the Dapr secret store
/// <c>secrets</c>, before the service takes its first request.
/// </summary>
internal sealed partial class TwilioSecrets(TwilioOptions twilio, DaprClient dapr, ILogger<TwilioSecrets> logger) : IHostedLifecycleService
{
    private const string Store = "secrets";
    private const string Secret = "twilio";
    private const int Attempts = 5;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (twilio is { AccountSid: not null, AuthToken: not null })
            return;

        if (await FindAsync(cancellationToken) is { } secret)
        {
            twilio.AccountSid ??= secret.GetValueOrDefault("accountSid");
            twilio.AuthToken ??= secret.GetValueOrDefault("authToken");
            twilio.ApiKeySid ??= secret.GetValueOrDefault("apiKeySid");
            twilio.ApiKeySecret ??= secret.GetValueOrDefault("apiKeySecret");
        }

        if (!twilio.CanSend)
            LogCannotSend(logger);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The sidecar may still be starting; without one, or without the store, the service runs and says that it cannot send.
    private async Task<Dictionary<string, string>?> FindAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(Timeout);
            try
            {
                return await dapr.GetSecretAsync(Store, Secret, cancellationToken: timeout.Token);
            }
            catch (DaprException failure) when (!cancellation.IsCancellationRequested)
            {
                var isDown = failure.InnerException is Grpc.Core.RpcException { StatusCode: Grpc.Core.StatusCode.Unavailable or Grpc.Core.StatusCode.Cancelled };
                if (!isDown || attempt == Attempts)
                    return null;
            }

            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }

    [LoggerMessage(1010, LogLevel.Warning, "Twilio:AccountSid, Twilio:AuthToken and a sender (Twilio:MessagingServiceSid or Twilio:From) are not all set, here or in the secret store: nothing can be sent")]
    private static partial void LogCannotSend(ILogger logger);
}
