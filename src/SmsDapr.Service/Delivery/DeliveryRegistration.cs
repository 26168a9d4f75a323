using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Delivery;

internal static class DeliveryRegistration
{
    public static void AddDelivery(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ReceiptMerge>();
        builder.Services.AddSingleton<StatusReceipts>();
        builder.Services.AddSingleton<InboundTexts>();
        builder.Services.AddSingleton<OpenMessages>();
        builder.Services.AddSingleton<SettledMessages>();
        builder.Services.AddSingleton<SilentMessages>();
        builder.Services.AddSingleton<MessageRepair>();
        builder.Services.AddSingleton<Reconciler>();
    }

    public static void MapReconciler(this IEndpointRouteBuilder routes) =>
        routes.MapCron("reconcile", (Reconciler reconciler, CancellationToken cancellation) => reconciler.RunAsync(cancellation));
}
