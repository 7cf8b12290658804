using System.Text.Json;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers;

/// <summary>Hand-written traces in the documented form: JSON lines.</summary>
internal static class TraceTable
{
    private const long Mebi = 1 << 20;

    /// <summary>A trace of samples at given seconds.</summary>
    /// <param name="memoryGiB">Memory of the VM.</param>
    /// <param name="samples">Seconds, pass and remaining MiB.</param>
    /// <param name="disksGiB">Disks that are copied as well.</param>
    /// <param name="allow">The permissions, as JSON; null for everything.</param>
    /// <param name="bandwidth">MiB/s.</param>
    public static MigrationTrace Create(
        double memoryGiB, IEnumerable<(decimal At, long Iteration, double Remaining)> samples, double[]? disksGiB = null, string? allow = null, double bandwidth = 1000)
    {
        var disks = string.Join(',', (disksGiB ?? []).Select(disk => (long)(disk * (1 << 30))));
        var header = $$"""{"vm":{"memory_bytes":{{(long)(memoryGiB * (1 << 30))}},"disks_bytes":[{{disks}}],"vcpus":2},{{(allow is null ? "" : $"\"allow\":{allow},")}}"downtime_slo_ms":500,"deadline_s":33}""";
        var lines = samples.Select((sample, index) => JsonSerializer.Serialize(new
        {
            t_s = sample.At,
            iteration = sample.Iteration,
            total_bytes = (long)(memoryGiB * (1 << 30)),
            processed_bytes = (index + 1) * Mebi,
            remaining_bytes = (long)(sample.Remaining * Mebi),
            bandwidth_bps = (long)(bandwidth * Mebi),
            dirty_rate_pages = 1000,
            page_size = 4096,
            status = "running",
        }));
        var (trace, faults) = TraceFormat.Read(string.Join('\n', lines.Prepend(header)));
        faults.ShouldBeEmpty();
        return trace!;
    }

    /// <summary>A pass starts at each sample.</summary>
    public static MigrationTrace Passes(decimal every, int count, long first = 1, string? allow = null) =>
        Create(4, Enumerable.Range(1, count).Select(index => (index * every, first + index - 1, 1000.0)), allow: allow);

    /// <summary>A first pass that never ends, with decreasing remaining data.</summary>
    public static MigrationTrace Slow(double memoryGiB, decimal every, decimal until, double[]? disksGiB = null, string? allow = null) =>
        Create(memoryGiB, Enumerable.Range(0, (int)(until / every) + 1).Select(index => (index * every, 1L, 1_000_000.0 - index)), disksGiB, allow);
}
