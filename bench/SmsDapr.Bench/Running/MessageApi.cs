using System.Net.Http.Json;
using SmsDapr.Bench.Measuring;

namespace SmsDapr.Bench.Running;

/// <summary>What is read of a message.</summary>
internal sealed record SentText(string Id, DateTimeOffset SendAt, DateTimeOffset? SentAt, DateTimeOffset? DeliveredAt, string? TwilioSid);

/// <summary>The service's HTTP API, as admin.</summary>
internal sealed class MessageApi : IDisposable
{
    private const string AdminKey = "dev-admin-key";
    private const int PageSize = 200;

    /// <summary>Requests at a time when something is only prepared.</summary>
    private const int Callers = 16;

    private readonly HttpClient _client;

    public MessageApi(Uri service)
    {
        _client = new HttpClient { BaseAddress = service, Timeout = TimeSpan.FromMinutes(2) };
        _client.DefaultRequestHeaders.Authorization = new("Bearer", AdminKey);
    }

    public static string UserId(int number) => $"user-{number}";

    /// <summary>One number for each user, none of them a magic number of the simulator.</summary>
    public static string PhoneOf(int user) => $"+1202{2_000_000 + user}";

    /// <summary>Users with a verified phone, without quiet hours and with the highest daily limit.</summary>
    public Task AddUsersAsync(int count, CancellationToken cancellation) => ClosedLoop.RunAsync(Callers, count, async number =>
    {
        var user = $"/v1/users/{UserId(number)}";
        await SendAsync(HttpMethod.Put, $"{user}/phone", new { phoneNumber = PhoneOf(number), verified = true }, cancellation);
        await SendAsync(HttpMethod.Patch, $"{user}/preferences", new { dailyLimit = 1000, quietHours = (object?)null }, cancellation);
    });

    public Task ScheduleAsync(int user, DateTimeOffset sendAt, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "/v1/messages", new { userId = UserId(user), body = "Dentist in 15 mins", sendAt }, cancellation);

    /// <summary>Schedules texts, spread evenly over the users.</summary>
    public Task<ClosedLoop> ScheduleManyAsync(int count, int users, Func<int, DateTimeOffset> sendAt, CancellationToken cancellation) =>
        ClosedLoop.RunAsync(Callers, count, number => ScheduleAsync(number % users, sendAt(number), cancellation));

    /// <summary>Waits until each user has so many texts in a status and reads them.</summary>
    public async Task<IReadOnlyList<SentText>> AwaitAsync(
        int users, int textsEach, string status, DateTimeOffset from, TimeSpan limit, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ending.CancelAfter(limit);
        var found = new List<SentText>(users * textsEach);
        for (var user = 0; user < users; user++)
        {
            IReadOnlyList<SentText> texts;
            while ((texts = await ListAsync(user, status, from, ending.Token)).Count < textsEach)
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, ending.Token);
            found.AddRange(texts);
        }

        return found;
    }

    public void Dispose() => _client.Dispose();

    private async Task<IReadOnlyList<SentText>> ListAsync(int user, string status, DateTimeOffset from, CancellationToken cancellation)
    {
        var address = $"/v1/users/{UserId(user)}/messages?status={status}&limit={PageSize}&from={Uri.EscapeDataString($"{from.UtcDateTime:O}")}";
        return (await _client.GetFromJsonAsync<Page>(address, cancellation))!.Items;
    }

    private async Task SendAsync(HttpMethod method, string path, object body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await _client.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null, cancellation);
    }

    private sealed record Page(IReadOnlyList<SentText> Items);
}
