using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Calendar;

/// <summary>
/// Ends a connection. From its first step on nothing more goes out for it (the guard looks at the connection); the rest may be repeated until it is done.
/// Events that had reminders leave their numbers behind, so that connecting again reminds of nothing twice.
/// </summary>
internal sealed class CalendarDisconnection(
    CalendarConnections connections,
    CalendarDirectory directory,
    CalendarChannels channels,
    CalendarEvents events,
    UserMessages userMessages,
    MessageChangesByCaller changes,
    IClock clock)
{
    public async Task DisconnectAsync(string userId, CancellationToken cancellation)
    {
        var ending = await connections.UpdateAsync(
            userId,
            current => current is { IsConnected: true } ? current with { State = ConnectionState.Disconnecting, Round = current.Round + 1, Holder = null, LeasedUntil = null } : null,
            cancellation);
        if (ending is { State: ConnectionState.Disconnecting })
            await FinishAsync(ending, cancellation);
    }

    public async Task FinishAsync(CalendarConnection ending, CancellationToken cancellation)
    {
        foreach (var message in await userMessages.WaitingAsync(ending.UserId, clock.GetCurrentInstant(), cancellation))
        {
            if (message.Event?.CalendarId == ending.CalendarId)
                await changes.CancelAsync(message.Id, StatusReason.CalendarDisconnected, TimelineSource.Calendar, cancellation);
        }

        foreach (var channel in ending.Channel is { } current ? ending.Retired.Append(current) : ending.Retired)
            await channels.CloseAsync(ending, channel, cancellation);
        await ForgetEventsAsync(ending, cancellation);
        await connections.UpdateAsync(
            ending.UserId, stored => stored is { State: ConnectionState.Disconnecting } ? stored.Emptied() : null, cancellation);
        await directory.RemoveAsync(ending.UserId, cancellation);
    }

    private async Task ForgetEventsAsync(CalendarConnection ending, CancellationToken cancellation)
    {
        var days = await events.DaysAsync(ending.UserId, cancellation);
        foreach (var document in await events.OnDaysAsync(ending.UserId, days, cancellation))
        {
            var stored = document.Value;
            if (stored.Track.CalendarId != ending.CalendarId)
                continue;
            if (stored.HasMessages)
                await events.TryReplaceAsync(document, stored with { Track = stored.Track.Saw(null), Round = ending.Round }, cancellation);
            else
                await events.DeleteAsync(stored, cancellation);
        }
    }
}
