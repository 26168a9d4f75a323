using CsCheck;
using NodaTime;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

public sealed class PhoneVerificationTests
{
    private const string Number = "+12025550147";
    private static readonly Instant Noon = Instant.FromUtc(2026, 3, 2, 12, 0);
    private static PhoneVerification New => new() { UserId = "user-1" };

    [Fact]
    public void Start_for_the_sixth_time_within_an_hour_is_refused_until_the_first_start_is_an_hour_old()
    {
        var started = New;
        for (var minute = 0; minute < PhoneVerification.MaxStarts; minute++)
            started = started.Start(Number, Noon + Duration.FromMinutes(minute)).ShouldNotBeNull();
        var later = Noon + PhoneVerification.Window;

        started.Start(Number, later - Duration.Epsilon).ShouldBeNull();
        started.NextStart(Noon + Duration.FromMinutes(30)).ShouldBe(later);
        started.NextStart(later).ShouldBe(later);
        started.Start(Number, later)!.Starts.Count.ShouldBe(PhoneVerification.MaxStarts);
    }

    [Fact]
    public void Starts_at_any_times_are_never_more_than_five_in_an_hour() =>
        Gen.Int[0, 1200].List[0, 60].Sample(gaps =>
        {
            var now = Noon;
            var verification = New;
            var allowed = new List<Instant>();
            foreach (var seconds in gaps)
            {
                now += Duration.FromSeconds(seconds);
                var room = allowed.Count(start => start > now - PhoneVerification.Window) < PhoneVerification.MaxStarts;
                var next = verification.Start(Number, now);
                (next is not null).ShouldBe(room);
                if (next is null)
                {
                    verification.NextStart(now).ShouldBe(allowed[^PhoneVerification.MaxStarts] + PhoneVerification.Window);
                    continue;
                }

                allowed.Add(now);
                verification = next;
                verification.Starts.Count.ShouldBeLessThanOrEqualTo(PhoneVerification.MaxStarts);
            }
        });

    [Fact]
    public void Check_for_the_sixth_time_is_refused_until_a_new_start()
    {
        var checkedOften = New.Start(Number, Noon)!;
        for (var check = 0; check < PhoneVerification.MaxChecks; check++)
        {
            checkedOften.IsBlocked.ShouldBeFalse();
            checkedOften = checkedOften.Check().ShouldNotBeNull();
        }

        checkedOften.IsBlocked.ShouldBeTrue();
        checkedOften.Check().ShouldBeNull();
        checkedOften.Start(Number, Noon)!.Check().ShouldNotBeNull();
    }

    [Fact]
    public void Check_without_a_start_has_nothing_to_compare()
    {
        New.Check().ShouldBeNull();
        New.IsBlocked.ShouldBeFalse();
    }

    [Fact]
    public void Uncheck_gives_the_try_back_only_to_the_start_that_it_belongs_to()
    {
        var counted = New.Start(Number, Noon)!.Check()!;
        var anew = counted.Start(Number, Noon + Duration.FromMinutes(1))!.Check()!;
        var other = counted.Start("+12025550148", Noon)!.Check()!;

        counted.Uncheck(counted)!.Checks.ShouldBe(0);
        counted.Uncheck(counted)!.Uncheck(counted).ShouldBeNull();
        anew.Uncheck(counted).ShouldBeNull();
        other.Uncheck(counted).ShouldBeNull();
        New.Uncheck(counted).ShouldBeNull();
        New.Uncheck(New).ShouldBeNull();
    }

    [Fact]
    public void GoBack_awaits_the_code_that_was_awaited_before_and_forgets_no_wrong_one()
    {
        var first = New.Start(Number, Noon)!.Began(New.Start(Number, Noon)!, "VE1", Noon)!.Check()!;
        var second = first.Start("+12025550148", Noon + Duration.FromMinutes(1))!;

        var back = second.Check()!.GoBack(first, second)!;

        (back.Number, back.ProviderSid, back.Checks).ShouldBe((Number, "VE1", 2));
        back.Starts.ShouldBe([Noon, Noon + Duration.FromMinutes(1)]);
        second.GoBack(first, first).ShouldBeNull();
    }

    [Fact]
    public void Unstart_gives_back_only_the_start_that_it_belongs_to()
    {
        var first = New.Start(Number, Noon)!;
        var second = first.Start(Number, Noon + Duration.FromMinutes(1))!;

        second.Unstart(first, second)!.Starts.ShouldBe([Noon]);
        second.Unstart(New, first).ShouldBeNull();
        New.Unstart(New, first).ShouldBeNull();
    }

    [Fact]
    public void Began_keeps_the_time_of_a_verification_that_goes_on()
    {
        var first = New.Start(Number, Noon)!.Began(New.Start(Number, Noon)!, "VE1", Noon).ShouldNotBeNull();
        var later = Noon + Duration.FromMinutes(4);
        var second = first.Start(Number, later)!;

        (first.ProviderSid, first.ProviderBeganAt).ShouldBe(("VE1", Noon));
        second.Began(second, "VE1", later)!.ProviderBeganAt.ShouldBe(Noon);
        second.Began(second, "VE2", later)!.ProviderBeganAt.ShouldBe(later);
        second.Began(second, null, later)!.ProviderBeganAt.ShouldBe(later);
        second.Began(first, "VE2", later).ShouldBeNull();
    }

    [Fact]
    public void Block_ends_the_tries_of_the_start_that_it_belongs_to()
    {
        var counted = New.Start(Number, Noon)!.Check()!;

        counted.Block(counted)!.Check().ShouldBeNull();
        counted.Start(Number, Noon + Duration.FromMinutes(1))!.Block(counted).ShouldBeNull();
    }

    [Fact]
    public void Complete_forgets_the_number_and_keeps_the_starts()
    {
        var counted = (New.Start(Number, Noon)! with { ProviderSid = "VE1", ProviderBeganAt = Noon }).Check()!;
        var done = counted.Complete(counted).ShouldNotBeNull();

        done.ShouldBe(New with { Starts = done.Starts });
        done.Starts.ShouldBe([Noon]);
        counted.Start("+12025550148", Noon + Duration.FromMinutes(1))!.Complete(counted).ShouldBeNull();
    }

    [Fact]
    public void ToString_holds_no_number() => New.Start(Number, Noon)!.ToString().ShouldBe("phone verification of user-1");
}
