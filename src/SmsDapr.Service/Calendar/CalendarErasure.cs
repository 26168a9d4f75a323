using SmsDapr.Service.Privacy;

namespace SmsDapr.Service.Calendar;

/// <summary>A user's connection and everything that was taken over from the calendar.</summary>
internal sealed class CalendarErasure(CalendarDisconnection disconnection, CalendarConnections connections, CalendarEvents events) : IUserDataHolder
{
    public async Task ForgetAsync(string userId, CancellationToken cancellation)
    {
        await disconnection.DisconnectAsync(userId, cancellation);
        await events.ForgetAsync(userId, cancellation);
    }

    /// <summary>A sync that was under way may have stored a page since. Whoever connected again meanwhile keeps what is new.</summary>
    public async Task ForgetLateWritesAsync(string userId, CancellationToken cancellation)
    {
        if (await connections.FindAsync(userId, cancellation) is not null)
            return;
        await events.ForgetAsync(userId, cancellation);
        await connections.DeleteAsync(userId, cancellation);
    }
}
