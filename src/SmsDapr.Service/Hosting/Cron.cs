namespace SmsDapr.Service.Hosting;

internal static class CronRoutes
{
    /// <summary>
    /// A job of the cron binding of this name. Dapr asks with OPTIONS whether the application takes a binding, calls every
    /// replica, and never catches up: a job looks at what is due, not at the tick.
    /// </summary>
    public static void MapCron(this IEndpointRouteBuilder routes, string name, Delegate job)
    {
        var path = $"/cron/{name}";
        routes.MapMethods(path, [HttpMethods.Options], () => Results.Ok()).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost(path, job).AllowAnonymous().ExcludeFromDescription();
    }
}
