using Microsoft.Extensions.DependencyInjection.Extensions;
using NodaTime;

namespace SmsDapr.Service.Hosting;

/// <summary>NodaTime's clock over the injected <see cref="TimeProvider"/>, so that both always agree.</summary>
internal sealed class TimeProviderClock(TimeProvider time) : IClock
{
    public Instant GetCurrentInstant() => Instant.FromDateTimeOffset(time.GetUtcNow());
}

internal static class ClockRegistration
{
    public static void AddClock(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<IClock, TimeProviderClock>();
    }
}
