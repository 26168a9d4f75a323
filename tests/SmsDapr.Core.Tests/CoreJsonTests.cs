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
    [InlineData("\"2026-03-08T13:00:00.123456789Z\"", "2026-03-08T13:00:00.123456789Z")]
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
    public void Instant_round_trips_to_the_nanosecond() =>
        Gen.Long[Instant.FromUtc(1950, 1, 1, 0, 0).ToUnixTimeTicks(), Instant.FromUtc(2200, 1, 1, 0, 0).ToUnixTimeTicks()].SelectMany(
            ticks => Gen.OneOf(0, 0, 50, 99).Select(nanoseconds => Instant.FromUnixTimeTicks(ticks) + Duration.FromNanoseconds(nanoseconds)))
            .Sample(instant => Read<Instant>(Write(instant)) == instant);

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

    private static T? Read<T>(string json) => JsonSerializer.Deserialize<T>(json, CoreJson.Options);

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, CoreJson.Options);
}
