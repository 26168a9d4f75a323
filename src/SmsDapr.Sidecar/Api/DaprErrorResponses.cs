namespace SmsDapr.Sidecar.Api;

/// <summary>Answers a refused HTTP call with daprd's error body.</summary>
internal static class DaprErrorResponses
{
    public static void UseDaprErrors(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (DaprErrorException error) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = error.HttpStatus;
            await context.Response.WriteAsJsonAsync(error.ToBody(), context.RequestAborted);
        }
    });
}
