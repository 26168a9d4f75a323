using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace SmsDapr.Service.Hosting.Problems;

/// <summary>Says which field of a request could not be read, from what the framework throws while binding it.</summary>
internal static partial class InvalidRequests
{
    /// <summary>The request body as a whole.</summary>
    private const string Whole = "body";

    public static ProblemHttpResult Describe(BadHttpRequestException error) =>
        error.StatusCode switch
        {
            StatusCodes.Status413PayloadTooLarge => Problem.Of(error.StatusCode, "The request body is too large."),
            StatusCodes.Status415UnsupportedMediaType => Problem.Of(error.StatusCode, "The request body must be application/json."),
            StatusCodes.Status400BadRequest => DescribeBinding(error),
            _ => Problem.Of(error.StatusCode, "The request could not be read."),
        };

    private static ProblemHttpResult DescribeBinding(BadHttpRequestException error)
    {
        if (error.InnerException is JsonException json)
            return DescribeJson(json);

        // The framework names the parameter in quotes: «Failed to bind parameter "int limit" from "x".»,
        // «Required parameter "string name" was not provided from query string.»
        var parameter = ParameterName().Match(error.Message);
        if (parameter.Success && !error.Message.Contains("from body", StringComparison.Ordinal))
            return Problem.Invalid(parameter.Groups[1].Value, "is missing or not of the expected form");
        return Problem.Invalid(Whole, "must be a JSON object");
    }

    private static ProblemHttpResult DescribeJson(JsonException json)
    {
        if (UnknownProperty().Match(json.Message) is { Success: true } unknown)
            return Problem.Invalid(FieldOf(json, unknown.Groups[1].Value), "is not a known property");
        if (DuplicateProperty().Match(json.Message) is { Success: true } duplicate)
            return Problem.Invalid(FieldOf(json, duplicate.Groups[1].Value), "is given twice");
        return json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) && !IsMalformed(json)
            ? Problem.Invalid(path[2..], "has the wrong type or form")
            : Problem.Invalid(Whole, "must be a well-formed JSON object");
    }

    /// <summary>A property below the object that it stands in. What does not look like a name may be a number or a text: it is not repeated.</summary>
    private static string FieldOf(JsonException json, string property)
    {
        if (!Name().IsMatch(property))
            return Whole;
        var path = json.Path is ['$', '.', .. var below] ? below : property;
        return $".{path}".EndsWith($".{property}", StringComparison.Ordinal) ? path : $"{path}.{property}";
    }

    // The reader's own exception inside: the text is not JSON at all, so no field is to blame.
    private static bool IsMalformed(JsonException json) => json.InnerException?.GetType().Name == "JsonReaderException";

    [GeneratedRegex("""parameter "\S+ (\w+)"\s""")]
    private static partial Regex ParameterName();

    [GeneratedRegex("^[A-Za-z][A-Za-z_]{0,63}$")]
    private static partial Regex Name();

    [GeneratedRegex("^The JSON property '(.*)' could not be mapped")]
    private static partial Regex UnknownProperty();

    [GeneratedRegex("^Duplicate property '(.*)' encountered")]
    private static partial Regex DuplicateProperty();
}
