using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace SmsDapr.Simulators.Tests.Support;

internal sealed class LogCapture : ILoggerProvider, ILogger
{
    private readonly Channel<string> _written = Channel.CreateUnbounded<string>();

    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>The next line that holds a text, written before or still to come.</summary>
    public async Task<string> NextAsync(string text, CancellationToken cancellation)
    {
        while (true)
        {
            var line = await _written.Reader.ReadAsync(cancellation);
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception) + exception;
        Lines.Enqueue(line);
        _written.Writer.TryWrite(line);
    }

    public void Dispose()
    {
    }
}
