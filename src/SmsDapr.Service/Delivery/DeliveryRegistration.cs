namespace SmsDapr.Service.Delivery;

internal static class DeliveryRegistration
{
    public static void AddDelivery(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ReceiptWatch>();
        builder.Services.AddSingleton<StatusReceipts>();
        builder.Services.AddSingleton<InboundTexts>();
    }
}
