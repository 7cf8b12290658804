using Microsoft.Extensions.Logging;

namespace Mesh.Simulation.Engine;

/// <summary>Writes a process's log to the trace.</summary>
internal sealed class TraceLogger(Trace trace, SimulatedProcess process) : ILoggerFactory, ILogger
{
    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider)
    {
        // All logs go to the trace.
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Owns nothing.
    }

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc />
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel) || process.IsDead)
            return;
        var prefix = logLevel >= LogLevel.Error ? "!! " : logLevel == LogLevel.Warning ? "! " : "";
        trace.Add(process.Name, exception is null
            ? $"{prefix}{formatter(state, exception)}"
            : $"{prefix}{formatter(state, exception)} ({exception.GetType().Name}: {exception.Message})");
    }
}
