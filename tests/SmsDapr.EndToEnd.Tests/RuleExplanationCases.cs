using System.Globalization;
using System.Net.Http.Json;
using CsCheck;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Some of all users and messages, so that every rule is met: most have quiet hours or a limit, some lose their number, opt out or move later.</summary>
internal static class RuleExplanationCases
{
    private const int Hours = 20;

    private static readonly string[] Zones =
        ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Pacific/Kiritimati", "Asia/Kathmandu", "America/St_Johns", "Pacific/Pago_Pago"];

    private static readonly Gen<UserCase> User = Gen.Select(
        Gen.OneOf(Zones),
        Gen.Int[0, 1439],
        Gen.Int[30, 900],
        Gen.Int[0, 3],
        Gen.Int[0, 9],
        (zone, start, length, limit, later) => new UserCase(zone, Clock(start), Clock(start + length), limit, (Later)Math.Max(0, later - 6)));

    private static readonly Gen<MessageCase> Message = Gen.Select(
        Gen.Int[1, Hours],
        Gen.Int[0, 3],
        Gen.Int[0, 4],
        (hour, quarter, kind) => new MessageCase(TimeSpan.FromMinutes(hour * 60 + quarter * 15), Override: kind == 0));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static IEnumerable<(UserCase User, MessageCase[] Messages)> Some(int users, int messagesPerUser, string seed) =>
        Gen.Select(User, Message.Array[messagesPerUser]).Array[users].Single(_ => true, seed);

    /// <summary>Waits in a pause that ends <paramref name="pause"/> seconds after it began: due that long after its begin, useful for that long, never on the very edge.</summary>
    public static IEnumerable<(int DueAfter, int UsefulFor)> Held(int count, int pause, string seed) =>
        Gen.Select(Gen.Int[2, pause - 10], Gen.Int[1, 90]).Where((due, useful) => Math.Abs(due + useful - pause) > 2).Array[count].Single(_ => true, seed);

    /// <summary>Creates the user and the messages; answers their ids by the time at which they are due.</summary>
    public static async Task<(TestUser User, IReadOnlyList<(DateTimeOffset Due, string Id)> Messages)> PrepareAsync(
        VirtualSystem system, UserCase user, MessageCase[] messages)
    {
        var created = await system.NewUserAsync(
            preferences: new { timeZone = user.Zone, quietHours = new { start = user.QuietStart, end = user.QuietEnd }, dailyLimit = user.Limit });
        var accepted = new List<(DateTimeOffset, string)>();
        foreach (var (message, number) in messages.Select((message, number) => (message, number)))
        {
            // Apart from each other, so that none takes the slot of another between question and answer.
            var sendAt = VirtualSystem.Start + message.After + TimeSpan.FromMinutes(number);
            var request = new Dictionary<string, object> { ["userId"] = created.Id, ["body"] = $"text {number}", ["sendAt"] = sendAt.UtcDateTime };
            if (message.Override)
            {
                request["quietHours"] = "override";
                request["overrideReason"] = "asked for";
            }

            var answer = await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync("/v1/messages", request, Cancellation));
            accepted.Add((sendAt, answer.Text("id")!));
        }

        return (created, accepted);
    }

    public static async Task ChangeAsync(VirtualSystem system, Later later, TestUser user)
    {
        switch (later)
        {
            case Later.LosesNumber:
                await VirtualSystem.JsonAsync(await system.Api.PutAsJsonAsync(
                    $"/v1/users/{user.Id}/phone", new { phoneNumber = user.Phone, verified = false }, Cancellation));
                break;
            case Later.OptsOut:
                await VirtualSystem.JsonAsync(await system.Api.PostAsync(new Uri($"/v1/users/{user.Id}/opt-out", UriKind.Relative), null, Cancellation));
                break;
            case Later.Moves:
                await system.PatchUserAsync(user, new { timeZone = "Asia/Tokyo" });
                break;
        }
    }

    private static string Clock(int minute) => TimeSpan.FromMinutes(minute % 1440).ToString(@"hh\:mm", CultureInfo.InvariantCulture);
}

internal enum Later
{
    Nothing,
    LosesNumber,
    OptsOut,
    Moves,
}

internal sealed record UserCase(string Zone, string QuietStart, string QuietEnd, int Limit, Later Later);

internal sealed record MessageCase(TimeSpan After, bool Override);
