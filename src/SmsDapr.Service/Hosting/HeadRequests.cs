namespace SmsDapr.Service.Hosting;

internal static class HeadRequests
{
    /// <summary>HEAD is answered like GET wherever there is a GET; the server itself leaves the body out.</summary>
    public static void UseHeadRequests(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (HttpMethods.IsHead(context.Request.Method))
                context.Request.Method = HttpMethods.Get;
            return next(context);
        });
        app.UseRouting();
    }
}
