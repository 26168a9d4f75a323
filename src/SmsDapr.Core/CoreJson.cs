using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Serialization.SystemTextJson;
using NodaTime.Text;

namespace SmsDapr.Core;

/// <summary>JSON of the contract, the same for documents, API and events.</summary>
public static class CoreJson
{
    /// <summary>Ready-made options for documents.</summary>
    public static JsonSerializerOptions Options { get; } = Sealed();

    /// <summary>
    /// Property names in camelCase, enum words in snake_case (never numbers), instants as RFC 3339 with <c>Z</c> (other offsets are read),
    /// numbers never as text, durations ISO 8601 (<c>PT15M</c>), dates <c>yyyy-MM-dd</c>, local times <c>HH:mm</c>.
    /// </summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new Rfc3339InstantConverter());
        options.Converters.Add(new Iso8601DurationConverter());
        options.Converters.Add(NodaConverters.LocalDateConverter);
        options.Converters.Add(new NodaPatternConverter<LocalTime>(LocalTimePattern.CreateWithInvariantCulture("HH:mm")));
        options.Converters.Add(new NodaPatternConverter<LocalDateTime>(LocalDateTimePattern.VariablePrecisionIso));
    }

    private static JsonSerializerOptions Sealed()
    {
        var options = new JsonSerializerOptions { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class Rfc3339InstantConverter : JsonConverter<Instant>
    {
        private const int WithSeconds = 20; // 2026-03-08T13:00:00Z
        private const int WithTicks = 28; // 2026-03-08T13:00:00.1234567Z

        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            // A document holds a dozen instants; the serializer's own parser is several times faster than a pattern.
            if (reader is { TokenType: JsonTokenType.String, HasValueSequence: false, ValueSpan: [.., (byte)'Z'] and { Length: >= WithSeconds and <= WithTicks } }
                && reader.TryGetDateTimeOffset(out var utc))
                return Instant.FromDateTimeOffset(utc);

            return Rfc3339.Parse(reader.GetString()) ?? throw new JsonException("Not an RFC 3339 time.");
        }

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options)
        {
            var ticks = value.ToUnixTimeTicks();
            if (ticks >= 0 && Instant.FromUnixTimeTicks(ticks) == value)
                writer.WriteStringValue(value.ToDateTimeUtc());
            else
                writer.WriteStringValue(InstantPattern.ExtendedIso.Format(value));
        }
    }

    private sealed class Iso8601DurationConverter : JsonConverter<Duration>
    {
        public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var parsed = PeriodPattern.NormalizingIso.Parse(reader.GetString()!);
            if (parsed is not { Success: true, Value: { Years: 0, Months: 0 } period })
                throw new JsonException("Not an ISO 8601 duration of fixed length.");
            try
            {
                return period.ToDuration();
            }
            catch (OverflowException overflow)
            {
                throw new JsonException("The duration is longer than centuries.", overflow);
            }
        }

        public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options) =>
            writer.WriteStringValue(PeriodPattern.NormalizingIso.Format(Period.FromNanoseconds(value.ToInt64Nanoseconds())));
    }
}
