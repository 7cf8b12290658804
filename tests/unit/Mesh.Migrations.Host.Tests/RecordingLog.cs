using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Migrations.Host.Tests;

/// <summary>Counts log entries by their event ID.</summary>
internal sealed class RecordingLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _entries = [];

    public int Count(int id) => _entries.Count(entry => entry.Id == id);

    public string Last(int id) => _entries.Last(entry => entry.Id == id).Text;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
    }
}
