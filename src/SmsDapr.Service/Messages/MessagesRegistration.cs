using Dapr.Workflow;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Messages;

internal static class MessagesRegistration
{
    public static void AddMessages(this WebApplicationBuilder builder)
    {
        builder.Services.AddDaprWorkflow(workflows =>
        {
            workflows.RegisterWorkflow<MessageWorkflow>();
            workflows.RegisterActivity<AcceptMessage>();
            workflows.RegisterActivity<SendMessage>();
        });
        builder.Services.AddSingleton<MessageRepository>();
        builder.Services.AddSingleton<MessageIndex>();
        builder.Services.AddSingleton<UserMessages>();
        builder.Services.AddSingleton<StatusEvents>();
        builder.Services.AddSingleton<MessageEngine>();
        builder.Services.AddSingleton<MessageAcceptance>();
        builder.Services.AddSingleton<IdempotencyKeys>();
        builder.Services.AddSingleton<MessageAccess>();
        builder.Services.AddSingleton<MessageLists>();
        builder.Services.AddSingleton<MessageChangesByCaller>();
        builder.Services.AddSingleton<MessageSteps>();
        builder.Services.AddSingleton<IUserChangeListener, UserChangeReaction>();
        builder.Services.AddHostedService<ZoneRulesSweep>();
    }
}
