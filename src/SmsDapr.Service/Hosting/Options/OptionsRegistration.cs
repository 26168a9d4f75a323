using Microsoft.Extensions.Options;
using SmsDapr.Service.Composing;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Privacy;
using SmsDapr.Service.Reporting.Alerts;

namespace SmsDapr.Service.Hosting.Options;

internal sealed record ServiceOptions(TwilioOptions Twilio, SmsOptions Sms, AuthOptions Auth, DaprOptions Dapr, GoogleCalendarOptions GoogleCalendar);

internal static class OptionsRegistration
{
    /// <summary>Reads and checks the whole configuration; every problem is reported at once.</summary>
    public static ServiceOptions AddServiceOptions(this WebApplicationBuilder builder)
    {
        var problems = new List<string>();
        SettingsReader Read(string section) => new(builder.Configuration, section, problems);

        var twilio = TwilioOptions.Read(Read("Twilio"));
        var sms = SmsOptions.Read(Read("Sms"));
        var auth = AuthOptions.Read(Read("Auth"));
        var dapr = DaprOptions.Read(Read(""));
        var retention = RetentionOptions.Read(Read("Retention"));
        var alerts = AlertOptions.Read(Read("Alerts"));
        var composing = ComposingOptions.Read(Read(""));
        var google = GoogleCalendarOptions.Read(Read("GoogleCalendar"));
        var feeds = CalendarFeedOptions.Read(Read("CalendarFeeds"));
        if (problems.Count > 0)
            throw new OptionsValidationException("", typeof(ServiceOptions), problems);

        builder.Services.AddSingleton(twilio);
        builder.Services.AddSingleton(sms);
        builder.Services.AddSingleton(auth);
        builder.Services.AddSingleton(dapr);
        builder.Services.AddSingleton(retention);
        builder.Services.AddSingleton(alerts);
        builder.Services.AddSingleton(composing);
        builder.Services.AddSingleton(google);
        builder.Services.AddSingleton(feeds);
        builder.Services.AddSingleton(new PublicHosts([twilio.PublicBaseUrl, google.PublicBaseUrl]));
        return new ServiceOptions(twilio, sms, auth, dapr, google);
    }
}
