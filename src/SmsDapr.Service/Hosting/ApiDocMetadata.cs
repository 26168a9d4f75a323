namespace SmsDapr.Service.Hosting;

/// <summary>An example body in the API's documentation.</summary>
internal sealed record RequestExample(string Json);

/// <summary>What the API's documentation says of a query parameter; handlers read all of them as text, to name the bad ones.</summary>
internal sealed record QueryParameter(string Name, string Description, string? Format, string? Example);

internal static class ApiDocMetadata
{
    public static RouteHandlerBuilder WithRequestExample(this RouteHandlerBuilder route, string json) => route.WithMetadata(new RequestExample(json));

    public static RouteHandlerBuilder WithQueryParameter(
        this RouteHandlerBuilder route, string name, string description, string? format = null, string? example = null) =>
        route.WithMetadata(new QueryParameter(name, description, format, example));
}
