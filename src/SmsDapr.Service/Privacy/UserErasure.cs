using System.Security.Cryptography;
using System.Text;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Privacy;

/// <summary>Whoever keeps something about a user that is not a message.</summary>
internal interface IUserDataHolder
{
    /// <summary>Forgets everything about a user; runs again after a failure.</summary>
    Task ForgetAsync(string userId, CancellationToken cancellation);

    /// <summary>Forgets what requests that were under way then have written since; not what belongs to a user who came back.</summary>
    Task ForgetLateWritesAsync(string userId, CancellationToken cancellation);
}

/// <summary>
/// Erases a user: number, settings and texts go, and what counts stays under an alias that leads to nobody. The job is stored and its workflow
/// started before anything is touched, so it goes on after a crash; every pass may be repeated. A last pass some minutes later finds what requests under way
/// at the time left behind. Who registers again meanwhile keeps what is new.
/// </summary>
internal sealed partial class UserErasure(
    IDocumentStore documents,
    UserDirectory users,
    IEnumerable<IUserDataHolder> holders,
    MessageIndex index,
    MessageRepository messages,
    MessageChangesByCaller changes,
    MessageEngine engine,
    IClock clock,
    ILogger<UserErasure> logger)
{
    /// <summary>Far longer than a request that began before can take.</summary>
    private static readonly Duration StragglersAreIn = Duration.FromMinutes(2);

    private const int ParallelMessages = 8;

    /// <summary>Returns when the first pass is done; what is being sent just then follows once it is settled.</summary>
    public async Task EraseAsync(string userId, CancellationToken cancellation)
    {
        var key = KeyOf(userId);
        var job = await documents.UpdateAsync<Job>(
            key,
            current => new Job(
                userId, current?.Alias ?? $"erased-{Guid.NewGuid():N}", current?.Workflow ?? $"erase-{Guid.NewGuid():N}", clock.GetCurrentInstant(), null),
            cancellation);
        await engine.StartAsync(nameof(EraseUser), job!.Workflow, new EraseRun(key, RequestMakesFirstPass: true), cancellation);
        await PassAsync(key, cancellation);
    }

    /// <summary>One pass of a job; false when nothing is left of it.</summary>
    public async Task<bool> PassAsync(string key, CancellationToken cancellation)
    {
        if (await documents.FindAsync<Job>(key, cancellation) is not { } stored)
            return false;

        var job = stored.Value.ForgottenAt is null ? await ForgetUserAsync(key, stored.Value, cancellation) : stored.Value;
        var isKnownAgain = await users.IsKnownAsync(job.UserId, cancellation);
        var left = await EraseMessagesAsync(job, isKnownAgain, cancellation);
        if (!isKnownAgain)
            await ForgetSlotsAsync(job.UserId, cancellation);
        if (left > 0 || clock.GetCurrentInstant() - job.BeganAt < StragglersAreIn)
            return true;

        foreach (var holder in holders)
            await holder.ForgetLateWritesAsync(job.UserId, cancellation);
        if (!isKnownAgain)
            await index.RemoveUserAsync(job.UserId, cancellation);

        // Asked for once more meanwhile: then this version is gone, and there is another pass.
        if (await documents.FindAsync<Job>(key, cancellation) is not { } last)
            return false;
        if (last.Value != job || !await documents.TryDeleteAsync(key, last.ETag, cancellation))
            return true;
        LogErased(logger, job.Alias);
        return false;
    }

    private async Task<Job> ForgetUserAsync(string key, Job job, CancellationToken cancellation)
    {
        foreach (var holder in holders)
            await holder.ForgetAsync(job.UserId, cancellation);

        var now = clock.GetCurrentInstant();
        return await documents.UpdateAsync<Job>(key, current => current == job ? current with { ForgottenAt = now } : null, cancellation) ?? job;
    }

    /// <summary>How many messages have to wait for their turn.</summary>
    private async Task<int> EraseMessagesAsync(Job job, bool isKnownAgain, CancellationToken cancellation)
    {
        var left = 0;
        foreach (var day in await index.DaysAsync(job.UserId, cancellation))
        {
            var listed = await messages.FindManyAsync(await index.IdsAsync(job.UserId, day, cancellation), cancellation);
            await Parallel.ForEachAsync(
                listed.Where(message => IsToBeErased(message, job, isKnownAgain)),
                new ParallelOptions { MaxDegreeOfParallelism = ParallelMessages, CancellationToken = cancellation },
                async (message, ended) =>
                {
                    if (!await IsErasedAsync(message, job.Alias, ended))
                        Interlocked.Increment(ref left);
                });
        }

        return left;
    }

    private static bool IsToBeErased(Message message, Job job, bool isKnownAgain) =>
        message.UserId == job.Alias
        || (message.UserId == job.UserId && (!isKnownAgain || job.ForgottenAt is not { } forgotten || message.CreatedAt < forgotten));

    private async Task<bool> IsErasedAsync(Message message, string alias, CancellationToken cancellation)
    {
        if (message.ErasedAt is null)
        {
            if (message is { Accepted: true, Status: MessageStatus.Scheduled })
                await changes.CancelAsync(message.Id, StatusReason.UserCancelled, TimelineSource.Api, cancellation);

            // Listed under the alias first: an entry without its message is skipped, a message without its entry does not count.
            await index.AddAsync(alias, message.SendAt, message.Id, cancellation);
            if (await messages.ApplyAsync(message.Id, current => current.Erase(alias, clock.GetCurrentInstant()), cancellation) is Transition.Refused)
                return false;
        }

        return await engine.TryRemoveAsync(message.Id, cancellation);
    }

    private async Task ForgetSlotsAsync(string userId, CancellationToken cancellation)
    {
        // A local date lies next to the UTC day that a message is listed under.
        var days = await index.DaysAsync(userId, cancellation);
        await users.ForgetDaysAsync(userId, [.. days.SelectMany(day => new[] { day.PlusDays(-1), day, day.PlusDays(1) }).Distinct()], cancellation);
    }

    internal static string KeyOf(string userId) =>
        $"erasure-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)).AsSpan(0, 16))}";

    /// <summary>The only place that knows whom the alias stood for, gone when the job is done.</summary>
    private sealed record Job(string UserId, string Alias, string Workflow, Instant BeganAt, Instant? ForgottenAt);

    [LoggerMessage(6002, LogLevel.Information, "A user was erased; what counts is kept under {Alias}")]
    private static partial void LogErased(ILogger logger, string alias);
}
