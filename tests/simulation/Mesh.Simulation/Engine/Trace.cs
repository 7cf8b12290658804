using System.Globalization;

namespace Mesh.Simulation.Engine;

/// <summary>The events of a run, one line each with virtual time, process and text; and a hash that is equal for equal runs.</summary>
/// <param name="eventLoop">The run's event loop.</param>
/// <param name="linesMax">How many of the last lines are available.</param>
/// <param name="directory">A path that differs from run to run and is removed from every line.</param>
/// <param name="print">Receives every line; null to print nothing.</param>
internal sealed class Trace(EventLoop eventLoop, int linesMax, string directory, Action<string>? print)
{
    private const ulong HashPrime = 1099511628211;

    private readonly Queue<string> _last = new();

    /// <summary>A hash of all lines so far.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>Number of lines so far.</summary>
    public long Count { get; private set; }

    /// <summary>The last lines.</summary>
    public IReadOnlyCollection<string> Last => _last;

    /// <summary>Adds a line.</summary>
    public void Add(string who, string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{eventLoop.Ticks / (double)TimeSpan.TicksPerSecond,10:0.000} {who,-12} {what.Replace(directory, "", StringComparison.Ordinal)}");
        foreach (var character in line)
            Hash = (Hash ^ character) * HashPrime;
        Count++;
        _last.Enqueue(line);
        if (_last.Count > linesMax)
            _last.Dequeue();
        print?.Invoke(line);
    }
}
