using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers.Monitors;

/// <summary>
/// Nova's monitor loop, transcribed: <c>downtime_steps</c>, <c>update_downtime</c> and the completion timeout; each sample is a poll.
/// </summary>
internal static class NovaMonitor
{
    public static List<PeerAction> Run(MigrationTrace trace, bool forceComplete, bool mayPostCopy, bool mayPause)
    {
        const double Gibi = 1 << 30;
        var dataGb = Math.Max(2, trace.Subject.Memory.Count / Gibi);
        foreach (var disk in trace.Subject.Disks)
            dataGb += Math.Max(2, disk.Count / Gibi);
        var completionTimeout = (int)(800 * dataGb);

        var done = new List<PeerAction>();
        int? oldDowntime = null;
        var hasForced = false;
        foreach (var sample in trace.Samples)
        {
            var elapsed = (decimal)sample.Copy.Elapsed.Ticks / TimeSpan.TicksPerSecond;
            if (elapsed > completionTimeout && !hasForced)
            {
                hasForced = true;
                if (!forceComplete || mayPostCopy)
                {
                    done.Add(forceComplete ? PeerAction.PostCopy(elapsed) : PeerAction.Abort(elapsed));
                    return done;
                }

                if (mayPause)
                    done.Add(PeerAction.Suspend(elapsed));
            }

            var newDowntime = UpdateDowntime(oldDowntime, dataGb, elapsed);
            if (newDowntime != oldDowntime)
                done.Add(PeerAction.Downtime(elapsed, newDowntime!.Value));
            oldDowntime = newDowntime;
        }

        return done;
    }

    private static int? UpdateDowntime(int? oldDowntime, double dataGb, decimal elapsed)
    {
        int? thisStep = null;
        foreach (var (at, downtime) in DowntimeSteps(dataGb))
            if (elapsed > at)
                thisStep = downtime;
        return thisStep ?? oldDowntime;
    }

    private static IEnumerable<(int At, int Downtime)> DowntimeSteps(double dataGb)
    {
        const double Downtime = 500, Steps = 10;
        var delay = (int)(75 * dataGb);
        const double Base = Downtime / Steps;
        const double Offset = (Downtime - Base) / Steps;
        for (var i = 0; i <= Steps; i++)
            yield return (delay * i, (int)(Base + (Offset * i)));
    }
}
