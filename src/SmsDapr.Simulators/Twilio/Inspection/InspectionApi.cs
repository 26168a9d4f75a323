using SmsDapr.Simulators.Twilio.Behaviours;
using SmsDapr.Simulators.Twilio.Messages;
using SmsDapr.Simulators.Twilio.Storage;

namespace SmsDapr.Simulators.Twilio.Inspection;

/// <summary>What tests and the page see and script. Not part of Twilio, hence under its own prefix and without credentials.</summary>
internal static class InspectionApi
{
    private const int DefaultPhones = 100;

    public static void MapInspection(this IEndpointRouteBuilder app)
    {
        var sim = app.MapGroup("/_sim");
        sim.MapGet("/requests", (string? to, TwilioState state) => List(state.Requests(to)));
        sim.MapGet("/phones", (int? limit, TwilioState state) => List(state.Phones(limit ?? DefaultPhones)));
        sim.MapGet("/phones/{number}", FindPhone);
        sim.MapPost("/phones/{number}/reply", ReplyAsync);
        sim.MapGet("/magic-numbers", () => List(MagicNumbers.All.Select(magic =>
            new { magic.Number, magic.Name, magic.Effect })));
        sim.MapGet("/plans", (Plans plans) => List(plans.Rules));
        sim.MapPost("/plans", AddPlansAsync);
        sim.MapDelete("/plans", (Plans plans) =>
        {
            plans.Clear();
            return Results.NoContent();
        });
    }

    private static IResult List<T>(IEnumerable<T> items) => InspectionJson.Answer(new { Items = items });

    private static IResult FindPhone(string number, TwilioState state) => E164.Normalize(number) is { } known
        ? InspectionJson.Answer(state.Phone(known))
        : NotANumber();

    private static async Task<IResult> ReplyAsync(string number, HttpRequest request, TwilioState state, MessageLife life, SimulatorOptions options)
    {
        if (E164.Normalize(number) is not { } from)
            return NotANumber();
        var (reply, problem) = await InspectionJson.ReadAsync<PhoneReply>(request);
        if (reply is null)
            return InspectionJson.Problem(problem!);
        var to = reply.To ?? (state.Phone(from).Texts is [.., var last] ? last.From : null) ?? options.Sender;
        var (sid, answer) = await life.ReceiveAsync(from, to, reply.Body);
        return InspectionJson.Answer(new { Sid = sid, To = to, WebhookStatus = answer }, StatusCodes.Status201Created);
    }

    private static async Task<IResult> AddPlansAsync(HttpRequest request, Plans plans)
    {
        var (script, problem) = await InspectionJson.ReadAsync<PlanScript>(request);
        if (script is null)
            return InspectionJson.Problem(problem!);
        if (script.Rules.Select(rule => rule.Problem()).FirstOrDefault(found => found is not null) is { } wrong)
            return InspectionJson.Problem(wrong);
        plans.Add(script.Rules);
        return InspectionJson.Answer(new { Items = plans.Rules }, StatusCodes.Status201Created);
    }

    private static IResult NotANumber() => InspectionJson.Problem("Not a valid phone number.");

    /// <summary>Without To it goes to the sender of the last text on this phone.</summary>
    private sealed record PhoneReply(string Body, string? To = null);

    private sealed record PlanScript(IReadOnlyList<PlanRule> Rules);
}
