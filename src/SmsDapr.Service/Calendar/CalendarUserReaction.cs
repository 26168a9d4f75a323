using SmsDapr.Service.Users;

namespace SmsDapr.Service.Calendar;

/// <summary>Another zone has another day, and a user who may be written to again has events that lack reminders: the day is planned again.</summary>
internal sealed class CalendarUserReaction(CalendarConnections connections, CalendarQueue queue) : IUserChangeListener
{
    public async Task UserChangedAsync(string userId, CancellationToken cancellation)
    {
        if (await connections.FindAsync(userId, cancellation) is not { IsConnected: true })
            return;
        await connections.UpdateAsync(userId, current => current is { IsConnected: true } ? current with { PlanAt = null } : null, cancellation);
        _ = queue.Enqueue(userId, isUrgent: true);
    }
}
