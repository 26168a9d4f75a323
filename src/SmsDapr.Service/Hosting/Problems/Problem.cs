using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace SmsDapr.Service.Hosting.Problems;

/// <summary>
/// The refusals of the API as <c>application/problem+json</c>. Details are fixed sentences about rules: never what the caller sent,
/// never an exception's text.
/// </summary>
public static class Problem
{
    /// <summary>400 with one wrong field.</summary>
    public static ProblemHttpResult Invalid(string field, string message) =>
        Invalid(new RequestValidation().Add(field, message));

    /// <summary>400 with every wrong field.</summary>
    public static ProblemHttpResult Invalid(RequestValidation validation) =>
        TypedResults.Problem(new HttpValidationProblemDetails(validation.ToErrors())
        {
            Status = StatusCodes.Status400BadRequest,
            Title = "Bad Request",
            Detail = "The request is not valid.",
        });

    /// <summary>403: the caller is known and may not do this.</summary>
    public static ProblemHttpResult Forbidden(string detail = "This key may not do that.") =>
        Of(StatusCodes.Status403Forbidden, detail);

    /// <summary>404.</summary>
    public static ProblemHttpResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, detail);

    /// <summary>409 with the name of the rule that refuses, for programs.</summary>
    public static ProblemHttpResult Conflict(string reason, string detail)
    {
        var problem = Details(StatusCodes.Status409Conflict, detail);
        problem.Extensions["reason"] = reason;
        return TypedResults.Problem(problem);
    }

    /// <summary>429 or any other status without more to say than a sentence.</summary>
    public static ProblemHttpResult Of(int status, string detail) => TypedResults.Problem(Details(status, detail));

    /// <summary>Fills in type and title of the one status that the framework's own table of them lacks.</summary>
    internal static ProblemDetails Completed(this ProblemDetails problem)
    {
        if (problem.Status == StatusCodes.Status429TooManyRequests)
        {
            problem.Type ??= "https://tools.ietf.org/html/rfc6585#section-4";
            problem.Title ??= ReasonPhrases.GetReasonPhrase(StatusCodes.Status429TooManyRequests);
        }

        return problem;
    }

    private static ProblemDetails Details(int status, string detail) => new ProblemDetails { Status = status, Detail = detail }.Completed();
}
