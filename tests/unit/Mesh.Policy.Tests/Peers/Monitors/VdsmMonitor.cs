using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers.Monitors;

/// <summary>VDSM's monitor thread and its convergence schedule, transcribed; an iteration every 10 s.</summary>
internal static class VdsmMonitor
{
    /// <summary>Schedules as oVirt's engine sends them: limit, then downtime in ms, <c>postcopy</c> or <c>abort</c>.</summary>
    public static readonly IReadOnlyDictionary<string, (int Limit, string Action)[]> Schedules = new Dictionary<string, (int, string)[]>(StringComparer.Ordinal)
    {
        ["ovirt-minimal-downtime"] = [(1, "150"), (2, "200"), (3, "300"), (4, "400"), (6, "500"), (-1, "abort")],
        ["ovirt-suspend-if-needed"] = [(1, "150"), (2, "200"), (3, "300"), (4, "400"), (6, "500"), (-1, "5000"), (-1, "abort")],
        ["ovirt-post-copy"] = [(1, "150"), (2, "200"), (-1, "postcopy"), (-1, "abort")],
        ["ovirt-very-large"] = [(1, "400"), (2, "500"), (3, "700"), (4, "1000"), (6, "1500"), (-1, "5000"), (-1, "abort")],
        ["ovirt-legacy"] = Legacy(500, 5),
    };

    public static List<PeerAction> Run(MigrationTrace trace, (int Limit, string Action)[] schedule, bool mayPostCopy)
    {
        var done = new List<PeerAction>();
        var stalling = new Queue<(int Limit, string Action)>(schedule);
        long? initialIteration = null;
        long lastIteration = 0;
        decimal lookAt = 0;
        foreach (var sample in trace.Samples)
        {
            var now = (decimal)sample.Copy.Elapsed.Ticks / TimeSpan.TicksPerSecond;
            if (now < lookAt)
                continue;
            lookAt = now + 10;
            if (initialIteration is null)
                initialIteration = lastIteration = sample.Copy.Iteration;
            if (sample.Copy.Iteration <= lastIteration)
                continue;
            lastIteration = sample.Copy.Iteration;
            if (stalling.Count == 0 || stalling.Peek().Limit >= lastIteration - initialIteration)
                continue;
            switch (stalling.Dequeue().Action)
            {
                case "postcopy" when !mayPostCopy:
                    break;
                case "postcopy":
                    return [.. done, PeerAction.PostCopy(now)];
                case "abort":
                    return [.. done, PeerAction.Abort(now)];
                case var downtime:
                    done.Add(PeerAction.Downtime(now, int.Parse(downtime)));
                    break;
            }
        }

        return done;
    }

    private static (int Limit, string Action)[] Legacy(double maxDowntime, int steps)
    {
        var offset = maxDowntime / steps;
        var root = Math.Pow(maxDowntime - offset, 1.0 / (steps - 1));
        var downtimes = Enumerable.Range(0, steps).Select(i => $"{(int)(offset + Math.Pow(root, i))}").ToList();
        return [.. downtimes.Skip(1).Select((downtime, index) => (index + 1, downtime)), (42, downtimes[^1]), (-1, "abort")];
    }
}
