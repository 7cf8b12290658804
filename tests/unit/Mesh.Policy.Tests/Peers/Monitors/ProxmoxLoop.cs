using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers.Monitors;

/// <summary>The loop of Proxmox's second phase, transcribed; each sample is an iteration.</summary>
internal static class ProxmoxLoop
{
    public static List<PeerAction> Run(MigrationTrace trace)
    {
        const long Longest = 2000 * 1000;
        var done = new List<PeerAction>();
        long downtime = 100;
        long lastTransferred = 0;
        long? lastRemaining = null;
        var counter = 0;
        foreach (var sample in trace.Samples)
        {
            var (transferred, remaining) = (sample.Copy.Transferred.Count, sample.Copy.Remaining.Count);
            if (transferred != lastTransferred)
            {
                if ((lastRemaining is not (null or 0) && remaining > lastRemaining) || remaining == 0)
                    counter++;
                lastRemaining = remaining;
                if (counter > 5)
                {
                    counter = 0;
                    if (downtime < Longest)
                    {
                        downtime = Math.Min(downtime * 2, Longest);
                        done.Add(PeerAction.Downtime((decimal)sample.Copy.Elapsed.Ticks / TimeSpan.TicksPerSecond, downtime));
                    }
                }
            }

            lastTransferred = transferred;
        }

        return done;
    }
}
