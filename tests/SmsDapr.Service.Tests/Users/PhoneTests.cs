using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Tests.Users;

public sealed class PhoneTests(RunningService service)
{
    private static int _numbers;

    private readonly string _number = $"+1415555{1000 + Interlocked.Increment(ref _numbers)}";
    private readonly string _owner = $"u-{Guid.NewGuid()}";
    private readonly string _other = $"u-{Guid.NewGuid()}";

    private IUserDirectory Directory => service.Services.GetRequiredService<IUserDirectory>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Number_isShownWholeToHostsAndMaskedToTheUser()
    {
        await service.SendAsync(RunningService.AdminKey, HttpMethod.Put, "/v1/users/ben/phone", new { phoneNumber = "+14155550671", verified = true });

        (await NumberSeenBy(RunningService.AdminKey)).ShouldBe("+14155550671");
        (await NumberSeenBy(RunningService.ServiceKey)).ShouldBe("+14155550671");
        (await NumberSeenBy("key-of-ben")).ShouldBe("+1•••••••671");

        async Task<string> NumberSeenBy(string key)
        {
            var (_, body) = await service.SendAsync(key, HttpMethod.Get, "/v1/users/ben/preferences");
            return body["phone"]!["number"]!.GetValue<string>();
        }
    }

    [Fact]
    public async Task Number_isNormalised()
    {
        var (_, body) = await PutAsync(_owner, $"{_number[..2]} ({_number[2..5]}) {_number[5..8]}-{_number[8..]}");

        body["phone"]!["number"]!.GetValue<string>().ShouldBe(_number);
        body["phone"]!["verified"]!.GetValue<bool>().ShouldBeTrue();
        body["phone"]!["verifiedAt"]!.GetValue<string>().ShouldEndWith("Z");
    }

    [Theory]
    [InlineData("""{"phoneNumber":"4155550199","verified":true}""", "phoneNumber")]
    [InlineData("""{"phoneNumber":"+1","verified":true}""", "phoneNumber")]
    [InlineData("""{"phoneNumber":null,"verified":true}""", "phoneNumber")]
    [InlineData("""{"verified":true}""", "phoneNumber")]
    [InlineData("""{"phoneNumber":"+14155550199"}""", "verified")]
    [InlineData("""{"phoneNumber":"+14155550199","verified":"yes"}""", "verified")]
    public async Task BadNumber_isA400ThatNamesTheField(string json, string field)
    {
        var (status, problem) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Put, $"/v1/users/{_owner}/phone", json);

        status.ShouldBe(HttpStatusCode.BadRequest);
        problem["errors"]!.AsObject().ShouldHaveSingleItem().Key.ShouldBe(field);
    }

    [Fact]
    public async Task VerifiedNumber_isOneUsersOnly()
    {
        (await PutAsync(_owner, _number)).Status.ShouldBe(HttpStatusCode.OK);
        (await PutAsync(_owner, _number)).Status.ShouldBe(HttpStatusCode.OK);

        var (status, problem) = await PutAsync(_other, _number);
        status.ShouldBe(HttpStatusCode.Conflict);
        problem["reason"]!.GetValue<string>().ShouldBe("phone_taken");
        problem.ToJsonString().ShouldNotContain(_number[2..]);
        (await Directory.FindByPhoneAsync(_number, Cancellation)).ShouldBe(_owner);
    }

    [Fact]
    public async Task VerifiedNumber_wantedByManyAtOnce_isGivenToOne()
    {
        var users = Enumerable.Range(0, 10).Select(index => $"{_owner}-{index}").ToArray();

        var answers = await Task.WhenAll(users.Select(user => PutAsync(user, _number)));

        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.Status == HttpStatusCode.Conflict).ShouldBe(9);
    }

    [Fact]
    public async Task NumberThatIsTakenBack_isNobodys()
    {
        await PutAsync(_owner, _number);
        var (_, body) = await PutAsync(_owner, _number, verified: false);

        body["phone"]!["verified"]!.GetValue<bool>().ShouldBeFalse();
        body["phone"]!["verifiedAt"].ShouldBeNull();
        (await Directory.FindByPhoneAsync(_number, Cancellation)).ShouldBeNull();
        (await PutAsync(_other, _number)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task NumberThatIsReplaced_isFreeForOthers()
    {
        await PutAsync(_owner, _number);
        await PutAsync(_owner, "+14155559999");

        (await PutAsync(_other, _number)).Status.ShouldBe(HttpStatusCode.OK);
        (await Directory.FindByPhoneAsync("+14155559999", Cancellation)).ShouldBe(_owner);
    }

    [Fact]
    public async Task FindByPhone_ofANumberNobodyHas_isNull() =>
        (await Directory.FindByPhoneAsync("+14155550000", Cancellation)).ShouldBeNull();

    private Task<(HttpStatusCode Status, JsonObject Body)> PutAsync(string userId, string number, bool verified = true) =>
        service.SendAsync(RunningService.ServiceKey, HttpMethod.Put, $"/v1/users/{userId}/phone", new { phoneNumber = number, verified });
}

/// <summary>What a crash or a stall between the claim of a number and the user's own document leads to.</summary>
public sealed class InterruptedPhoneTests : WithOwnService
{
    private const string Number = "+14155550671";

    [Fact]
    public async Task ClaimOfACrashedAttempt_keepsTheNumberForItsOwnerAndFreesItLater()
    {
        await Documents.TryCreateAsync(PhoneClaim.Key(Number), new PhoneClaim("anna", Now), Cancellation);

        (await PutAsync("ben")).ShouldBe(HttpStatusCode.Conflict);
        Service.Clock.Advance(TimeSpan.FromMinutes(2));
        (await PutAsync("ben")).ShouldBe(HttpStatusCode.OK);
        (await PutAsync("anna")).ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task OwnerOfACrashedAttempt_succeedsAtOnceOnItsNextOne()
    {
        await Documents.TryCreateAsync(PhoneClaim.Key(Number), new PhoneClaim("anna", Now), Cancellation);

        (await PutAsync("anna")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AttemptThatStalledUntilItsClaimWasTakenOver_givesWay()
    {
        var users = Service.Services.GetRequiredService<UserDirectory>();
        var stalled = new StallingDocuments(Documents, () => Documents.UpdateAsync<PhoneClaim>(PhoneClaim.Key(Number), _ => new PhoneClaim("ben", Now), Cancellation));
        var phones = new UserPhones(stalled, users, Service.Services.GetRequiredService<NodaTime.IClock>());

        (await phones.SetVerifiedAsync("anna", Number, Cancellation)).ShouldBeNull();

        (await users.FindAsync("anna", Cancellation)).Phone!.Verified.ShouldBeFalse();
    }

    private NodaTime.Instant Now => NodaTime.Instant.FromDateTimeOffset(Service.Clock.GetUtcNow());

    private async Task<HttpStatusCode> PutAsync(string userId) =>
        (await Service.SendAsync(RunningService.AdminKey, HttpMethod.Put, $"/v1/users/{userId}/phone", new { phoneNumber = Number, verified = true })).Status;

    /// <summary>Lets something happen right after the first update.</summary>
    private sealed class StallingDocuments(IDocumentStore inner, Func<Task> meanwhile) : IDocumentStore
    {
        public Task<Document<T>?> FindAsync<T>(string key, CancellationToken cancellation)
            where T : class => inner.FindAsync<T>(key, cancellation);

        public Task<IReadOnlyList<Document<T>>> FindManyAsync<T>(IReadOnlyList<string> keys, CancellationToken cancellation)
            where T : class => inner.FindManyAsync<T>(keys, cancellation);

        public Task<DocumentSet> FindAllAsync(IReadOnlyList<string> keys, CancellationToken cancellation) => inner.FindAllAsync(keys, cancellation);

        public Task<bool> TryCreateAsync<T>(string key, T value, CancellationToken cancellation)
            where T : class => inner.TryCreateAsync(key, value, cancellation);

        public Task<bool> TryReplaceAsync<T>(string key, T value, string etag, CancellationToken cancellation)
            where T : class => inner.TryReplaceAsync(key, value, etag, cancellation);

        public async Task<T?> UpdateAsync<T>(string key, Func<T?, T?> change, CancellationToken cancellation)
            where T : class
        {
            var stored = await inner.UpdateAsync(key, change, cancellation);
            await meanwhile();
            return stored;
        }

        public Task<bool> TryDeleteAsync(string key, string etag, CancellationToken cancellation) => inner.TryDeleteAsync(key, etag, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);
    }
}
