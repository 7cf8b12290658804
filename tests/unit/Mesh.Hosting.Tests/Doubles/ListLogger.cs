using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Doubles;

/// <summary>Collects the log lines of the mesh.</summary>
internal sealed class ListLogger : ILogger, ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id >= 100)
            _lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");
    }

    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Mesh.", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Dispose()
    {
    }
}
