using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting.Storage;

namespace SmsDapr.Service.Composing;

/// <summary>
/// Asks the model behind Dapr's conversation component, at most twice within one time limit, and takes the template whenever that does not end in a text that
/// may be sent. Nothing here fails: a reminder without a model's words is still a reminder.
/// </summary>
internal sealed partial class ReminderComposer(
    SidecarChannel sidecar, ModelAvailability availability, ComposingOptions options, ILogger<ReminderComposer> logger)
    : IReminderComposer, IDisposable
{
    private const int Tries = 2;
    private const int ConcurrentTexts = 8;

    private readonly SemaphoreSlim _places = new(ConcurrentTexts, ConcurrentTexts);

    public async Task<MessageText> ComposeAsync(ReminderRequest request, CancellationToken cancellation)
    {
        var template = ReminderTemplate.Compose(request.Facts);
        if (!availability.MayAsk())
            return template;

        // A network limit, in real time whatever clock the service runs on.
        using var limit = new CancellationTokenSource(options.Timeout.ToTimeSpan(), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await _places.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return template;
        }

        try
        {
            return await AskAsync(request, template, either.Token);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            Failed(e is RpcException rpc ? rpc.StatusCode.ToString() : "timeout");
            return template;
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<MessageText> AskAsync(ReminderRequest request, MessageText template, CancellationToken cancellation)
    {
        var spent = new Spent(options);
        Rejection? rejection = null;
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            if (await ConverseAsync(ReminderPrompt.Of(options.Component, request, rejection), cancellation) is not { } answer)
                return template with { CostUsd = spent.CostUsd };

            spent.Add(answer.Usage);
            var text = GeneratedText.Tidy(answer.Choices.FirstOrDefault()?.Message?.Content);
            var faults = GeneratedText.Faults(text, request.Facts);
            if (faults.Count == 0)
            {
                availability.Succeeded();
                return new MessageText(text, BodySource.Llm, ModelOf(answer), spent.CostUsd, request.Facts.Fingerprint, request.Facts.SendAt);
            }

            rejection = new Rejection(text, faults);
        }

        Failed(rejection!.ToString());
        return template with { CostUsd = spent.CostUsd };
    }

    /// <summary>Null when there is no such component.</summary>
    private async Task<ConversationResultAlpha2?> ConverseAsync(ConversationRequestAlpha2 request, CancellationToken cancellation)
    {
        try
        {
            var response = await sidecar.Dapr.ConverseAlpha2Async(request, sidecar.Call(options.Timeout.ToTimeSpan(), cancellation));
            return response.Outputs.FirstOrDefault() ?? new ConversationResultAlpha2();
        }
        catch (RpcException none) when (none.StatusCode is StatusCode.InvalidArgument or StatusCode.Unimplemented or StatusCode.NotFound)
        {
            if (availability.Absent())
                LogAbsent(logger, options.Component, none.StatusCode);
            return null;
        }
    }

    private void Failed(string why)
    {
        LogFailed(logger, options.Component, why);
        if (availability.Failed())
            LogPaused(logger, options.Component);
    }

    private string ModelOf(ConversationResultAlpha2 answer) => answer.HasModel && answer.Model.Length > 0 ? answer.Model : options.Component;

    /// <summary>What the answers to one question cost, rejected ones too; null when a price or a count is not known.</summary>
    private sealed class Spent(ComposingOptions options)
    {
        public decimal? CostUsd { get; private set; }

        public void Add(ConversationResultAlpha2CompletionUsage? usage)
        {
            if (usage is null || options is not { PromptUsdPerMillionTokens: { } prompt, CompletionUsdPerMillionTokens: { } completion })
                return;
            CostUsd = (CostUsd ?? 0) + (usage.PromptTokens * prompt + usage.CompletionTokens * completion) / 1_000_000;
        }
    }

    [LoggerMessage(7001, LogLevel.Information, "There is no usable conversation component {Component} ({Status}); reminders are worded from templates")]
    private static partial void LogAbsent(ILogger logger, string component, StatusCode status);

    [LoggerMessage(7002, LogLevel.Warning, "Conversation component {Component} gave no usable text ({Failure}); the template was used")]
    private static partial void LogFailed(ILogger logger, string component, string failure);

    [LoggerMessage(7003, LogLevel.Warning, "Conversation component {Component} keeps failing and is left alone for a while")]
    private static partial void LogPaused(ILogger logger, string component);
}
