using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Hosting.Problems;

namespace SmsDapr.Service.Users;

internal static class UsersApi
{
    public static void AddUsers(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UserDirectory>();
        builder.Services.AddSingleton<IUserDirectory>(services => services.GetRequiredService<UserDirectory>());
        builder.Services.AddSingleton<UserPhones>();
        builder.Services.AddSingleton<PhoneVerifications>();
        builder.Services.AddSingleton<PreferencesReader>();
    }

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var user = routes.MapGroup("/v1/users/{userId}")
            .RequireAuthorization(Policies.OwnUser)
            .AddEndpointFilter(RefuseBadUserId)
            .WithTags("Users");

        user.MapGet("/preferences", GetPreferences)
            .WithName("getPreferences")
            .WithEntityTag()
            .WithSummary("What applies to a user; an unknown user has the defaults.");
        user.MapPatch("/preferences", PatchPreferences)
            .WithName("patchPreferences")
            .WithRequestExample("""{ "leadTimeMinutes": 30, "quietHours": { "start": "22:00", "end": "07:30" }, "timeZone": "Europe/Berlin" }""")
            .WithSummary("Changes what is given and leaves the rest.");
        user.MapPut("/phone", PutPhone).RequireAuthorization(Policies.ServiceOrAdmin)
            .WithName("putPhone")
            .WithRequestExample("""{ "phoneNumber": "+14155550100", "verified": true }""")
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Sets a number that the calling host verified itself, or takes it back.");
        user.MapPhoneVerification();
        user.MapCalendar();
        user.MapPost("/opt-out", OptOut).WithName("optOut").WithSummary("Opts the user out and cancels what is pending.");
        user.MapPost("/opt-in", OptIn).WithName("optIn").WithSummary("Opts the user in again.");
    }

    public static async Task<Ok<PreferencesView>> GetPreferences(
        string userId, Caller caller, UserDirectory users, PreferencesReader view, CancellationToken cancellation) =>
        TypedResults.Ok(await view.ReadAsync(await users.FindAsync(userId, cancellation), caller, cancellation));

    public static async Task<Results<Ok<PreferencesView>, ProblemHttpResult>> PatchPreferences(
        string userId,
        PreferencesRequest request,
        Caller caller,
        UserDirectory users,
        PreferencesReader view,
        SmsOptions options,
        IClock clock,
        CancellationToken cancellation)
    {
        var validation = request.Read(out var patch);
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var now = clock.GetCurrentInstant();
        var preferences = await users.ChangeAsync(userId, settings => patch.Apply(settings, options.UserDefaults, now), cancellation);
        return TypedResults.Ok(await view.ReadAsync(preferences, caller, cancellation));
    }

    public static async Task<Results<Ok<PreferencesView>, ProblemHttpResult>> PutPhone(
        string userId,
        PhoneRequest request,
        Caller caller,
        UserPhones phones,
        PreferencesReader view,
        SmsOptions options,
        CancellationToken cancellation)
    {
        var validation = new RequestValidation();
        var number = PhoneNumbers.Normalise(request.PhoneNumber, options.DefaultRegion) as PhoneNumberReading.Number;
        validation.Check(request.Verified is not null, "verified", "is required");
        validation.Check(number is not null, "phoneNumber", "must be a possible phone number, with + and country code");
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var preferences = request.Verified!.Value
            ? await phones.SetVerifiedAsync(userId, number!.E164, cancellation)
            : await phones.SetUnverifiedAsync(userId, number!.E164, cancellation);
        if (preferences is null)
            return Problem.Conflict("phone_taken", "Another user has this number verified.");
        return TypedResults.Ok(await view.ReadAsync(preferences, caller, cancellation));
    }

    public static async Task<Ok<PreferencesView>> OptOut(
        string userId, Caller caller, UserDirectory users, PreferencesReader view, CancellationToken cancellation)
    {
        await users.OptOutAsync(userId, OptOutReason.Request, cancellation);
        return await GetPreferences(userId, caller, users, view, cancellation);
    }

    public static async Task<Ok<PreferencesView>> OptIn(
        string userId, Caller caller, UserDirectory users, PreferencesReader view, CancellationToken cancellation) =>
        TypedResults.Ok(await view.ReadAsync(await users.OptInAsync(userId, cancellation), caller, cancellation));

    /// <summary>A 400 for a <c>userId</c> in the path that can't be one.</summary>
    internal static async ValueTask<object?> RefuseBadUserId(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        UserId.IsValid(context.HttpContext.GetRouteValue("userId") as string)
            ? await next(context)
            : Problem.Invalid("userId", $"must be {UserId.Rule}");
}

/// <summary>Completes preferences with what else the API shows: the user's calendar and day.</summary>
internal sealed class PreferencesReader(UserDirectory users, CalendarConnections calendars, IClock clock)
{
    public async Task<PreferencesView> ReadAsync(UserPreferences preferences, Caller caller, CancellationToken cancellation)
    {
        var days = users.FindDaysAsync(preferences.UserId, preferences.DaysThatCount(clock.GetCurrentInstant()), cancellation);
        return PreferencesView.Of(preferences, await calendars.FindAsync(preferences.UserId, cancellation), await days, caller);
    }
}
