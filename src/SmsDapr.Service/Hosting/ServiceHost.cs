using Microsoft.Extensions.Options;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Composing;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Hosting.ApiDocs;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Json;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Hosting.Problems;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Planning;
using SmsDapr.Service.Privacy;
using SmsDapr.Service.Reporting.Alerts;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Hosting;

/// <summary>The service as one web application: what it is made of and in which order a request passes through.</summary>
public static class ServiceHost
{
    /// <summary>
    /// Builds the service without starting it; any number of them live side by side in one process.
    /// </summary>
    /// <param name="args">Command line configuration.</param>
    /// <param name="configure">
    /// Runs before the service registers anything: configuration added here is read, and a <see cref="TimeProvider"/> registered here is the service's clock.
    /// </param>
    /// <param name="configureApp">Runs after the service's own routes are mapped.</param>
    /// <exception cref="OptionsValidationException">Configuration values are missing or wrong; each failure names its key.</exception>
    public static WebApplication Create(
        string[] args,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? configureApp = null)
    {
        var builder = WebApplication.CreateBuilder([.. HostDefaults, .. args]);
        builder.AddDefaultSettings();
        configure?.Invoke(builder);

        var options = builder.AddServiceOptions();
        builder.AddServiceLogging();
        builder.AddClock();
        builder.AddJson();
        builder.AddProblems();
        builder.AddAuth(options.Auth);
        builder.AddDapr(options.Dapr);
        builder.AddHealth();
        builder.AddApiDocs();
        builder.AddUsers();
        builder.AddMessages();
        builder.AddSending();
        builder.AddDelivery();
        builder.AddPrivacy();
        builder.AddAlerts();
        builder.AddCalendar();
        builder.AddComposing();
        builder.AddPlanning();

        var app = builder.Build();

        app.UseHeadRequests();
        app.UseRequestLog();
        app.UseProblems();
        app.UseSidecarOnlyPaths();
        app.UseAuth();

        app.MapHealth();
        app.MapApiDocs();
        app.MapUsers();
        app.MapMessages();
        app.MapTwilioWebhooks();
        app.MapReconciler();
        app.MapPrivacy();
        app.MapAlerts();
        app.MapCalendarWebhook();
        app.MapCalendarJobs();
        app.MapPlanning();

        configureApp?.Invoke(app);
        return app;
    }

    /// <summary>Runs the service until it is told to stop; a start that fails ends with one line on stderr and exit code 1.</summary>
    public static async Task<int> RunAsync(
        string[] args,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? configureApp = null)
    {
        try
        {
            await using var app = Create(args, configure, configureApp);
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException wrong)
        {
            await Console.Error.WriteLineAsync(string.Join(" ", wrong.Failures));
        }
        catch (IOException taken)
        {
            // Kestrel's own words: which address it could not bind.
            await Console.Error.WriteLineAsync(taken.Message);
        }

        return 1;
    }

    // Watching the content root for changed settings costs a watch per directory below it.
    private static readonly string[] HostDefaults = ["--hostBuilder:reloadConfigOnChange=false"];

    private static void AddDefaultSettings(this WebApplicationBuilder builder)
    {
        // The program runs from any directory; its own settings lie beside it and everything else overrides them.
        var beside = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .Build();
        builder.Configuration.Sources.Insert(0, new ChainedConfigurationSource { Configuration = beside, ShouldDisposeConfiguration = true });
    }
}
