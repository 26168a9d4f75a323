using Serilog;
using Serilog.Formatting.Compact;

namespace SmsDapr.Service.Hosting;

internal static class LoggingRegistration
{
    private const string Text = "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    /// <summary>One JSON object a line in a container (or with <c>Logging:Json</c>), else text for people.</summary>
    public static void AddServiceLogging(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var json = configuration.GetValue("Logging:Json", configuration.GetValue("DOTNET_RUNNING_IN_CONTAINER", false));
        builder.Services.AddSerilog(
            (services, logging) =>
            {
                logging.ReadFrom.Configuration(configuration).ReadFrom.Services(services).Enrich.FromLogContext();
                if (json)
                    logging.WriteTo.Console(new RenderedCompactJsonFormatter());
                else
                    logging.WriteTo.Console(outputTemplate: Text, formatProvider: System.Globalization.CultureInfo.InvariantCulture);
            },
            // Several services may live in one process, each with its own logger.
            preserveStaticLogger: true);
    }
}
