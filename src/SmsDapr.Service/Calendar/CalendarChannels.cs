using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Calendar;

/// <summary>What a push says about itself.</summary>
internal sealed record PushHeaders(string? ChannelId, string? ResourceId, string? Token, string? State)
{
    public override string ToString() => "push";
}

/// <summary>Whose push it is, and whether it can be believed.</summary>
internal abstract record PushOrigin
{
    private PushOrigin()
    {
    }

    public sealed record Forged : PushOrigin;

    /// <summary>The channel is being opened: its secret is right, the source's own id of it is not known yet.</summary>
    public sealed record Opening : PushOrigin;

    public sealed record Known(string UserId) : PushOrigin;
}

/// <summary>
/// Channels that sources push through. What a push is checked against is stored before the channel is opened, since the first push
/// may come before the answer; a successor is opened before its predecessor is closed, so that no change falls in between.
/// </summary>
internal sealed partial class CalendarChannels(
    CalendarConnections connections, CalendarSources sources, IDocumentStore documents, IClock clock, ILogger<CalendarChannels> logger)
{
    private const int SecretBytes = 32;

    /// <summary>Far longer than opening takes; a process that died in it leaves a channel behind that nobody believes.</summary>
    private static readonly Duration OpeningLimit = Duration.FromMinutes(1);

    private static readonly PushSecret Nobody = new("", Token: "nobody's", ResourceId: "nothing", default);

    public async Task<PushOrigin> IdentifyAsync(PushHeaders push, CancellationToken cancellation)
    {
        var known = Guid.TryParseExact(push.ChannelId, "D", out var id)
            ? (await documents.FindAsync<PushSecret>(Key(id.ToString()), cancellation))?.Value
            : null;
        var expected = known ?? Nobody;
        var isToken = Same(push.Token, expected.Token);
        var isResource = Same(push.ResourceId, expected.ResourceId ?? "");
        if (known is null || !isToken)
            return new PushOrigin.Forged();
        if (isResource)
            return new PushOrigin.Known(known.UserId);
        return known.ResourceId is null && clock.GetCurrentInstant() < known.CreatedAt + OpeningLimit ? new PushOrigin.Opening() : new PushOrigin.Forged();
    }

    /// <summary>Opens the first channel or the successor of one that ends; the sync token stays. Null when another process took over.</summary>
    public async Task<CalendarConnection?> OpenAsync(CalendarConnection leased, CancellationToken cancellation)
    {
        var id = Guid.NewGuid().ToString();
        var secret = new PushSecret(leased.UserId, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)), null, clock.GetCurrentInstant());
        await documents.TryCreateAsync(Key(id), secret, cancellation);
        WatchChannel? channel = null;
        try
        {
            channel = await sources.For(leased.CalendarId).WatchAsync(leased.Address, id, secret.Token, cancellation);
        }
        finally
        {
            // Also after a call whose outcome is open: a channel that exists all the same is believed by nobody and ends by itself.
            if (channel is null)
                await documents.DeleteAsync(Key(id), CancellationToken.None);
        }

        if (channel is not null)
            await documents.UpdateAsync<PushSecret>(Key(id), current => (current ?? secret) with { ResourceId = channel.ResourceId }, cancellation);

        var now = clock.GetCurrentInstant();
        var watched = await connections.UpdateRoundAsync(leased, current => current.Watched(channel, now), cancellation);
        if (watched is null && channel is not null)
            await CloseAsync(leased, channel, cancellation);
        return watched is null ? null : await CloseRetiredAsync(watched, cancellation);
    }

    /// <summary>Closes what has a successor. A source that does not answer is asked again the next time.</summary>
    public async Task<CalendarConnection> CloseRetiredAsync(CalendarConnection connection, CancellationToken cancellation)
    {
        var latest = connection;
        foreach (var channel in connection.Retired)
        {
            if (await CloseAsync(connection, channel, cancellation))
                latest = await ForgetAsync(connection.UserId, channel, cancellation) ?? latest;
        }

        return latest;
    }

    /// <summary>False when the source is to be asked again.</summary>
    public async Task<bool> CloseAsync(CalendarConnection connection, WatchChannel channel, CancellationToken cancellation)
    {
        // From here on its pushes are forged.
        await documents.DeleteAsync(Key(channel.Id), cancellation);
        if (channel.ExpiresAt <= clock.GetCurrentInstant())
            return true;
        try
        {
            await sources.For(connection.CalendarId).StopAsync(connection.Address, channel, cancellation);
            return true;
        }
        catch (CalendarUnavailableException)
        {
            LogNotClosed(logger, connection.UserId, "unavailable");
            return false;
        }
        catch (CalendarRefusedException refused)
        {
            // Access is gone, and with it the channel's right to push; it ends by itself.
            LogNotClosed(logger, connection.UserId, refused.Problem);
            return true;
        }
    }

    private Task<CalendarConnection?> ForgetAsync(string userId, WatchChannel channel, CancellationToken cancellation) =>
        connections.UpdateAsync(
            userId,
            current => current?.Retired.Any(retired => retired.Id == channel.Id) == true
                ? current with { Retired = [.. current.Retired.Where(retired => retired.Id != channel.Id)] }
                : null,
            cancellation);

    private static bool Same(string? presented, string expected) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(presented ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(expected)))
        && presented is { Length: > 0 };

    private static string Key(string channelId) => $"calendar-channel-{channelId}";

    [LoggerMessage(5001, LogLevel.Information, "A channel of the calendar of {UserId} could not be closed ({Problem})")]
    private static partial void LogNotClosed(ILogger logger, string userId, string problem);

    private sealed record PushSecret(string UserId, string Token, string? ResourceId, Instant CreatedAt)
    {
        public override string ToString() => $"channel of {UserId}";
    }
}
