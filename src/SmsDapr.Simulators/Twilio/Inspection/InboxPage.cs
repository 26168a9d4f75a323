using System.Net.Mime;

namespace SmsDapr.Simulators.Twilio.Inspection;

/// <summary>The page at <c>/</c>: phones with their texts, and the table of magic numbers.</summary>
internal static class InboxPage
{
    private const string Resource = "SmsDapr.Simulators.Twilio.Inspection.inbox.html";

    public static void MapInboxPage(this IEndpointRouteBuilder app) => app.MapGet("/", () => Results.Stream(
        typeof(InboxPage).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded."),
        $"{MediaTypeNames.Text.Html}; charset=utf-8"));
}
