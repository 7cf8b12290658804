using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers.Monitors;

/// <summary>
/// KubeVirt's source monitor without the stall detector, transcribed; each sample is a poll. It truncates elapsed times to whole seconds
/// before comparing; here they are compared exactly. In two points the mesh differs on purpose, and so does this: a VM is suspended only if
/// the rest can be copied before the abort, by the smoothed bandwidth, and a suspended VM is not aborted for lack of progress.
/// </summary>
internal static class KubeVirtMonitor
{
    public static List<PeerAction> Run(MigrationTrace trace, decimal acceptableCompletionTime, bool allowPostCopy = false, bool allowWorkloadDisruption = false)
    {
        const decimal ProgressTimeout = 150;
        var done = new List<PeerAction>();
        long progressWatermark = 0;
        decimal lastProgressUpdate = 0;
        var isPaused = false;
        double bandwidth = 0;
        var iteration = long.MaxValue;
        foreach (var sample in trace.Samples)
        {
            var now = (decimal)sample.Copy.Elapsed.Ticks / TimeSpan.TicksPerSecond;
            if (bandwidth == 0)
                bandwidth = sample.Copy.Bandwidth.Count;
            else if (sample.Copy.Iteration <= iteration && !isPaused)
                bandwidth = (0.4 * sample.Copy.Bandwidth.Count) + (0.6 * bandwidth);
            iteration = iteration == long.MaxValue ? sample.Copy.Iteration : Math.Max(iteration, sample.Copy.Iteration);
            if (progressWatermark == 0 || sample.Copy.Remaining.Count < progressWatermark)
                lastProgressUpdate = now;
            progressWatermark = sample.Copy.Remaining.Count;

            var canFinish = bandwidth > 0 && (decimal)Math.Floor(Math.Min(sample.Copy.Remaining.Count / (bandwidth / 1000), uint.MaxValue)) / 1000 <= (2 * acceptableCompletionTime) - now;
            if ((allowPostCopy || (allowWorkloadDisruption && canFinish)) && now > acceptableCompletionTime && !isPaused)
            {
                if (allowPostCopy)
                    return [.. done, PeerAction.PostCopy(now)];
                done.Add(PeerAction.Suspend(now));
                acceptableCompletionTime *= 2;
                isPaused = true;
            }
            else if ((!isPaused && now - lastProgressUpdate > ProgressTimeout) || now > acceptableCompletionTime)
            {
                return [.. done, PeerAction.Abort(now)];
            }
        }

        return done;
    }

    /// <summary>Seconds per 10^9 bytes, rounded up, of memory and migrated disks.</summary>
    public static decimal CompletionTime(MigrationTrace trace)
    {
        var bytes = trace.Subject.Memory.Count + trace.Subject.Disks.Sum(disk => disk.Count);
        return 150 * ((bytes + 999_999_999) / 1_000_000_000);
    }

    /// <summary>Harvester's documentation: 800 s per GiB.</summary>
    public static decimal HarvestersCompletionTime(MigrationTrace trace) =>
        800 * (decimal)(trace.Subject.Memory.Count + trace.Subject.Disks.Sum(disk => disk.Count)) / (1 << 30);
}
