using SmsDapr.Service.Hosting;

namespace SmsDapr.Local.Clock;

/// <summary>Counts every request a host answers, every call it makes over HttpClient and what goes on after an answer as work.</summary>
internal static class WorkTracking
{
    public static void TrackWork(this WebApplicationBuilder builder, WorkCounter work)
    {
        builder.Services.AddSingleton(new BackgroundWork(work.Begin));
        builder.Services.AddSingleton<IStartupFilter>(new TrackRequests(work));
        builder.Services.ConfigureHttpClientDefaults(client => client.AddHttpMessageHandler(() => new TrackCalls(work)));
    }

    private sealed class TrackRequests(WorkCounter work) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            app =>
            {
                app.Use(async (context, proceed) =>
                {
                    // Moving the clock waits for work; it must not wait for itself.
                    using var unit = context.Request.Path.StartsWithSegments("/_test", StringComparison.Ordinal) ? null : work.Begin();
                    await proceed(context);
                });
                next(app);
            };
    }

    private sealed class TrackCalls(WorkCounter work) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var unit = work.Begin();
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
