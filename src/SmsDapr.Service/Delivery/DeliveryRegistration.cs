using SmsDapr.Service.Hosting;
using SmsDapr.Service.Sending;

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
        routes.MapCron("reconcile", RunAsync);

    // A pause ends, and its alert with it, also while no message is due that would look whether it may go out.
    private static Task RunAsync(Reconciler reconciler, SendingPause pause, CancellationToken cancellation) =>
        Task.WhenAll(pause.PausedUntilAsync(cancellation), reconciler.RunAsync(cancellation));
}
