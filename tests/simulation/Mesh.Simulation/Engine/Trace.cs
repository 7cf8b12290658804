using System.Globalization;

namespace Mesh.Simulation.Engine;

/// <summary>What happened in a run, as lines of virtual time, who, and what; and one number that two equal runs share.</summary>
/// <param name="eventLoop">The run's time.</param>
/// <param name="kept">How many lines are kept.</param>
/// <param name="directory">A place that differs from run to run and is left out.</param>
/// <param name="print">Is given every line; null for nobody.</param>
internal sealed class Trace(EventLoop eventLoop, int kept, string directory, Action<string>? print)
{
    private const ulong HashPrime = 1099511628211;

    private readonly Queue<string> _last = new();

    /// <summary>A number over every line so far.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>How many lines there were.</summary>
    public long Count { get; private set; }

    /// <summary>The last lines.</summary>
    public IReadOnlyCollection<string> Last => _last;

    /// <summary>Adds a line.</summary>
    public void Add(string who, string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{eventLoop.Ticks / (double)TimeSpan.TicksPerSecond,10:0.000} {who,-12} {what.Replace(directory, "", StringComparison.Ordinal)}");
        foreach (var letter in line)
            Hash = (Hash ^ letter) * HashPrime;
        Count++;
        _last.Enqueue(line);
        if (_last.Count > kept)
            _last.Dequeue();
        print?.Invoke(line);
    }
}
