using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Tests.Fakes;

/// <summary>Collects log lines.</summary>
public sealed class ListLogger : ILogger, ILoggerFactory
{
    private readonly ConcurrentQueue<(EventId Id, string Text)> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines.Select(line => $"{line.Id.Id} {line.Text}")];

    public bool Has(int eventId) => _lines.Any(line => line.Id.Id == eventId);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId, formatter(state, exception) + (exception is null ? "" : $" {exception}")));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
