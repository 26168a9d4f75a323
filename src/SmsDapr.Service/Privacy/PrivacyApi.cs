using Dapr.Workflow;
using Microsoft.AspNetCore.Http.HttpResults;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Problems;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Privacy;

internal static class PrivacyApi
{
    public static void AddPrivacy(this WebApplicationBuilder builder)
    {
        builder.Services.AddDaprWorkflow(workflows =>
        {
            workflows.RegisterWorkflow<EraseUser>();
            workflows.RegisterActivity<EraseUserPass>();
        });
        builder.Services.AddSingleton<DocumentLifetimes>();
        builder.Services.AddSingleton<ProviderCopies>();
        builder.Services.AddSingleton<UserErasure>();
        builder.Services.AddSingleton<IUserDataHolder, UserRecords>();
    }

    public static void MapPrivacy(this IEndpointRouteBuilder routes) =>
        routes.MapDelete("/v1/users/{userId}", EraseAsync)
            .WithName("eraseUser")
            .RequireAuthorization(Policies.OwnUser)
            .WithTags("Users")
            .WithSummary("Erase a user: number, settings and texts go, pending messages are cancelled, the counts stay. Repeating is harmless")
            .Produces(StatusCodes.Status204NoContent);

    private static async Task<Results<NoContent, ProblemHttpResult>> EraseAsync(string userId, UserErasure erasure, CancellationToken cancellation)
    {
        if (!UserId.IsValid(userId))
            return Problem.Invalid("userId", $"must be {UserId.Rule}");
        await erasure.EraseAsync(userId, cancellation);
        return TypedResults.NoContent();
    }
}
