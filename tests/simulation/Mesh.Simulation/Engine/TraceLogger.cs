using Microsoft.Extensions.Logging;

namespace Mesh.Simulation.Engine;

/// <summary>Brings a process' log into the trace.</summary>
internal sealed class TraceLogger(Trace trace, SimulatedProcess process) : ILoggerFactory, ILogger
{
    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider)
    {
        // There is one place for logs.
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Holds nothing.
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
        var mark = logLevel >= LogLevel.Error ? "!! " : logLevel == LogLevel.Warning ? "! " : "";
        trace.Add(process.Name, exception is null
            ? $"{mark}{formatter(state, exception)}"
            : $"{mark}{formatter(state, exception)} ({exception.GetType().Name}: {exception.Message})");
    }
}
