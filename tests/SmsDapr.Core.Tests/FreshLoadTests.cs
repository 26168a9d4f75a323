using System.Collections;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Text;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests;

/// <summary>
/// Tables that are built once, looked at in a copy of the assembly that was loaded just now: mutation runs change a process that
/// has built its own long ago.
/// </summary>
public sealed class FreshLoadTests : IDisposable
{
    private readonly AssemblyLoadContext _context = new(nameof(FreshLoadTests), isCollectible: true);
    private readonly Assembly _core;

    public FreshLoadTests() => _core = _context.LoadFromAssemblyPath(typeof(SendRules).Assembly.Location);

    public void Dispose() => _context.Unload();

    [Fact]
    public void Rules_have_the_names_of_the_contract() =>
        ((IReadOnlyList<string>)Static(typeof(SendRules), nameof(SendRules.Names))).ShouldBe(
        [
            "status", "due", "sending_disabled", "opted_out", "reminders_disabled", "phone_not_verified",
            "event", "quiet_hours_until_event", "expired", "quiet_hours", "daily_limit", "sending_paused",
        ]);

    [Fact]
    public void Catalogue_is_the_table_of_error_codes()
    {
        var fresh = ((IEnumerable)Static(typeof(ErrorCatalogue), nameof(ErrorCatalogue.All))).Cast<object>().Select(entry => entry.ToString()!).ToList();

        fresh.Count.ShouldBe(211);
        fresh.ShouldContain(
            "ProviderErrorMeaning { Code = 20003, Category = AccountAuth, Advice = Never, Meaning = Credentials refused: wrong SID/token pair, deleted key, "
            + "test credentials on a live resource, suspended account or wrong region (HTTP 401), IsRetryable = False, OptsOut = False }");
        fresh.ShouldBe(ErrorCatalogue.All.Select(entry => entry.ToString()), ignoreOrder: true);
    }

    [Fact]
    public void Documents_are_written_as_the_contract_says()
    {
        var options = (JsonSerializerOptions)Static(typeof(CoreJson), nameof(CoreJson.Options));
        var category = Fresh(typeof(ErrorCategory));

        options.IsReadOnly.ShouldBeTrue();
        JsonSerializer.Serialize(Enum.Parse(category, nameof(ErrorCategory.AccountAuth)), category, options).ShouldBe("\"account_auth\"");
        JsonSerializer.Serialize(new { Nothing = (string?)null, SomeThing = 1 }, options).ShouldBe("""{"someThing":1}""");
    }

    [Fact]
    public void Quiet_hours_are_read_and_written_in_minutes()
    {
        var hours = Fresh(typeof(QuietHours)).GetMethod(nameof(QuietHours.TryParse), [typeof(string)])!.Invoke(null, ["21:00-08:30"]);

        hours!.ToString().ShouldBe("21:00-08:30");
    }

    [Fact]
    public void Removal_of_quiet_hours_removes_them() =>
        ((bool)Fresh(typeof(QuietHoursPatch)).GetProperty(nameof(QuietHoursPatch.IsRemoval))!.GetValue(Static(typeof(QuietHoursPatch), nameof(QuietHoursPatch.None)))!)
            .ShouldBeTrue();

    [Fact]
    public void Words_of_every_language_are_there()
    {
        ((IEnumerable<string>)Static(typeof(ReminderLanguage), nameof(ReminderLanguage.Codes))).ShouldBe(["de", "en", "es", "fr"]);
        var german = Fresh(typeof(ReminderLanguage)).GetMethod(nameof(ReminderLanguage.Of))!.Invoke(null, ["de-AT"])!;
        german.GetType().GetMethod(nameof(ReminderLanguage.Until))!.Invoke(german, [61]).ShouldBe("in 1 Std. 1 Min.");
        // By the region of the zone: Sydney tells twelve hours, London does not.
        Time("Australia/Sydney").ShouldBe("6:30 PM");
        Time("Europe/London").ShouldBe("18:30");

        object? Time(string zone)
        {
            var english = Fresh(typeof(ReminderLanguage)).GetMethod(nameof(ReminderLanguage.Of))!.Invoke(null, ["en"])!;
            return english.GetType().GetMethod(nameof(ReminderLanguage.Time))!.Invoke(english, [new LocalTime(18, 30), "en", DateTimeZoneProviders.Tzdb[zone]]);
        }
    }

    [Fact]
    public void Typography_of_models_is_made_plain() =>
        Fresh(typeof(GeneratedText)).GetMethod(nameof(GeneratedText.Tidy))!.Invoke(null, ["‘a’ – — … “b”\u00A0\u202F!"]).ShouldBe("'a' - - ... \"b\"  !");

    [Fact]
    public void Look_alikes_are_replaced() =>
        Fresh(typeof(SmartEncoding)).GetMethod(nameof(SmartEncoding.Apply))!.Invoke(null, ["‘a’ – — … “b”\u200B!"]).ShouldBe("'a' - - ... \"b\"!");

    private Type Fresh(Type known) => _core.GetType(known.FullName!, throwOnError: true)!;

    private object Static(Type known, string property) => Fresh(known).GetProperty(property)!.GetValue(null)!;
}
