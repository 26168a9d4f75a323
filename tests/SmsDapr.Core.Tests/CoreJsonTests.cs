using System.Text.Json;
using CsCheck;
using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Text;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests;

public sealed class CoreJsonTests
{
    [Theory]
    [InlineData("\"2026-03-08T13:00:00Z\"", "2026-03-08T13:00:00Z")]
    [InlineData("\"2026-03-08T13:00:00.1234567Z\"", "2026-03-08T13:00:00.1234567Z")]
    [InlineData("\"2026-03-08T13:00:00.123456789Z\"", "2026-03-08T13:00:00.1234567Z")]
    [InlineData("\"2026-03-08T13:00:00.5Z\"", "2026-03-08T13:00:00.5Z")]
    [InlineData("\"1969-12-31T23:59:59Z\"", "1969-12-31T23:59:59Z")]
    [InlineData("\"2026-03-08T15:00:00+02:00\"", "2026-03-08T13:00:00Z")]
    [InlineData("\"2026-03-08T11:00:00.25-02:00\"", "2026-03-08T13:00:00.25Z")]
    public void Instant_is_read_with_any_offset_and_written_with_Z(string json, string written) =>
        Write(Read<Instant>(json)).ShouldBe($"\"{written}\"");

    [Theory]
    [InlineData("\"2026-03-08T13:00:00\"")]
    [InlineData("\"2026-03-08T13:00Z\"")]
    [InlineData("\"2026-03-08Z\"")]
    [InlineData("\"2026-02-30T13:00:00Z\"")]
    [InlineData("\"2026-03-08T24:00:01Z\"")]
    [InlineData("\"2026-03-08\"")]
    [InlineData("\"tomorrow\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("5")]
    public void Instant_of_anything_else_is_a_json_error(string json) => Should.Throw<JsonException>(() => Read<Instant>(json));

    [Fact]
    public void Documents_leave_nulls_out_and_write_enums_as_words()
    {
        CoreJson.Options.IsReadOnly.ShouldBeTrue();
        JsonSerializer.Serialize(new { Nothing = (string?)null, SomeThing = DayOfWeek.Monday }, CoreJson.Options).ShouldBe("""{"someThing":"monday"}""");
    }

    [Fact]
    public void Instant_round_trips_to_the_tick_and_never_comes_back_later() =>
        Gen.Long[Instant.FromUtc(1950, 1, 1, 0, 0).ToUnixTimeTicks(), Instant.FromUtc(2200, 1, 1, 0, 0).ToUnixTimeTicks()]
            .Select(Gen.OneOf(0, 0, 50, 99))
            .Sample((ticks, nanoseconds) =>
                Read<Instant>(Write(Instant.FromUnixTimeTicks(ticks) + Duration.FromNanoseconds(nanoseconds))).ShouldBe(Instant.FromUnixTimeTicks(ticks)));

    [Theory]
    [InlineData("PT15M", 900, "PT15M")]
    [InlineData("PT4H", 14_400, "PT4H")]
    [InlineData("PT90M", 5_400, "PT1H30M")]
    [InlineData("P1D", 86_400, "P1D")]
    [InlineData("P1W", 604_800, "P7D")]
    [InlineData("PT0S", 0, "P0D")]
    public void Duration_is_iso_8601(string text, int seconds, string written)
    {
        var duration = Read<Duration>($"\"{text}\"");

        duration.ShouldBe(Duration.FromSeconds(seconds));
        Read<Duration>(Write(duration)).ShouldBe(duration);
        Write(duration).ShouldBe($"\"{written}\"");
    }

    [Theory]
    [InlineData("\"P1M\"")]
    [InlineData("\"P1Y\"")]
    [InlineData("\"15\"")]
    [InlineData("\"PT999999999999H\"")]
    [InlineData("15")]
    public void Duration_without_a_fixed_length_is_a_json_error(string json) => Should.Throw<JsonException>(() => Read<Duration>(json));

    [Fact]
    public void Enums_are_snake_case_words_and_never_numbers()
    {
        Write(StatusReason.QuietHoursUntilEvent).ShouldBe("\"quiet_hours_until_event\"");
        Write(MessageType.EventReminder).ShouldBe("\"event_reminder\"");
        Write(SmsEncoding.Gsm7).ShouldBe("\"gsm7\"");
        Write(SmsEncoding.Ucs2).ShouldBe("\"ucs2\"");
        Write(ErrorCategory.AccountAuth).ShouldBe("\"account_auth\"");
        Should.Throw<JsonException>(() => Read<StatusReason>("3"));
    }

    [Fact]
    public void Numbers_as_text_are_a_json_error() =>
        Should.Throw<JsonException>(() => Read<int>("\"5\""));

    [Fact]
    public void LocalDateTime_is_read_with_or_without_seconds()
    {
        Read<LocalDateTime>("\"2026-03-08T09:30\"").ShouldBe(new LocalDateTime(2026, 3, 8, 9, 30));
        Read<LocalDateTime>("\"2026-03-08T09:30:15\"").ShouldBe(new LocalDateTime(2026, 3, 8, 9, 30, 15));
    }

    [Fact]
    public void Message_document_has_the_names_of_the_contract()
    {
        using var document = JsonDocument.Parse(Write(WaitingForRetry()));
        var message = document.RootElement;

        message.GetProperty("status").GetString().ShouldBe("scheduled");
        message.GetProperty("statusReason").GetString().ShouldBe("retry");
        message.GetProperty("sms").GetProperty("scheduledSmsId").GetString().ShouldBe("message-1");
        message.GetProperty("sms").GetProperty("attempts")[0].GetProperty("errorCategory").GetString().ShouldBe("unreachable");
        message.GetProperty("timeline")[0].GetProperty("source").GetString().ShouldBe("api");
        message.TryGetProperty("dueAt", out _).ShouldBeFalse();
        message.TryGetProperty("isFinal", out _).ShouldBeFalse();
    }

    [Fact]
    public void Errors_say_what_is_expected_and_not_what_came()
    {
        Should.Throw<JsonException>(() => Read<Instant>("\"tomorrow\"")).Message.ShouldStartWith("Not an RFC 3339 time.");
        Should.Throw<JsonException>(() => Read<Duration>("\"P1M\"")).Message.ShouldStartWith("Not an ISO 8601 duration of fixed length.");
        Should.Throw<JsonException>(() => Read<Duration>("\"PT999999999999H\"")).Message.ShouldStartWith("The duration is longer than centuries.");
    }

    [Fact]
    public void Instant_before_the_first_year_is_written_all_the_same() =>
        Write(Instant.FromUtc(-1, 1, 1, 0, 0)).ShouldBe("\"-0001-01-01T00:00:00Z\"");

    [Fact]
    public void Configure_makes_any_options_write_and_read_the_contract()
    {
        var options = new JsonSerializerOptions();
        CoreJson.Configure(options);

        Json(StatusReason.QuietHours).ShouldBe("\"quiet_hours\"");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<StatusReason>("3", options));
        Json(Noon).ShouldBe("\"2026-03-02T12:00:00Z\"");
        Json(Duration.FromMinutes(15)).ShouldBe("\"PT15M\"");
        Json(new LocalDate(2026, 3, 8)).ShouldBe("\"2026-03-08\"");
        Json(new LocalTime(8, 30)).ShouldBe("\"08:30\"");
        Json(new LocalDateTime(2026, 3, 8, 9, 30)).ShouldBe("\"2026-03-08T09:30\"");

        string Json<T>(T value) => JsonSerializer.Serialize(value, options);
    }

    private static T? Read<T>(string json) => JsonSerializer.Deserialize<T>(json, CoreJson.Options);

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, CoreJson.Options);
}
