namespace SmsDapr.Service.Composing;

internal static class ComposingRegistration
{
    public static void AddComposing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ModelAvailability>();
        builder.Services.AddSingleton<IReminderComposer, ReminderComposer>();
    }
}
