using Mesh.Policy.Model;
using Mesh.Policy.Tests.Peers.Monitors;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers;

/// <summary>Compares the shipped policies with the loops of the systems that they are named after, on random migrations.</summary>
public sealed class When_peers_steer_the_same_migrations
{
    private const int Traces = 60;

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Should_do_as_Nova_does(double every)
    {
        Compare("nova", every, Mostly(NovasTime), trace => NovaMonitor.Run(trace, forceComplete: false, mayPostCopy: false, mayPause: false), "set-downtime", "abort");
        Compare("nova-force-complete", every, Mostly(NovasTime), trace =>
            NovaMonitor.Run(trace, forceComplete: true, trace.Subject.Allow.PostCopy, trace.Subject.Allow.Suspend), "set-downtime", "post-copy", "suspend");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1)]
    [InlineData(0.5)]
    public void Should_do_as_VDSM_does(double every)
    {
        foreach (var (policy, schedule) in VdsmMonitor.Schedules)
            Compare(policy, every, _ => 1000, trace => VdsmMonitor.Run(trace, schedule, trace.Subject.Allow.PostCopy),
                policy == "ovirt-post-copy" ? ["set-downtime", "post-copy", "abort"] : ["set-downtime", "abort"]);
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(1)]
    public void Should_do_as_KubeVirt_does(double every)
    {
        Compare("kubevirt", every, KubeVirtsTime, trace => KubeVirtMonitor.Run(trace, KubeVirtMonitor.CompletionTime(trace)), "abort");
        Compare("kubevirt-post-copy", every, KubeVirtsTime, trace =>
            KubeVirtMonitor.Run(trace, KubeVirtMonitor.CompletionTime(trace), allowPostCopy: trace.Subject.Allow.PostCopy), "post-copy", "abort");
        Compare("kubevirt-workload-disruption", every, subject => 2 * KubeVirtsTime(subject), trace =>
            KubeVirtMonitor.Run(trace, KubeVirtMonitor.CompletionTime(trace), allowWorkloadDisruption: trace.Subject.Allow.Suspend), "suspend", "abort");
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(1)]
    public void Should_do_as_KubeVirts_stall_detector_does(double every) =>
        Compare("kubevirt-stall-detector", every, KubeVirtsTime, trace => new KubeVirtStallDetector(KubeVirtMonitor.CompletionTime(trace)).Run(trace), "set-downtime", "abort");

    [Theory]
    [InlineData(0.4)]
    [InlineData(1)]
    public void Should_do_what_Harvester_documents(double every) =>
        Compare("harvester", every, subject => 1.1 * (double)KubeVirtMonitor.HarvestersCompletionTime(new MigrationTrace(subject, [])), trace =>
            KubeVirtMonitor.Run(trace, KubeVirtMonitor.HarvestersCompletionTime(trace)), "abort");

    [Theory]
    [InlineData(1)]
    [InlineData(0.1)]
    public void Should_do_as_Proxmox_does(double every) => Compare("proxmox", every, _ => 300, ProxmoxLoop.Run, "set-downtime");

    private static void Compare(string policy, double every, Func<PlanSubject, double> until, Func<MigrationTrace, List<PeerAction>> peer, params string[] actions)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < Traces; seed++)
        {
            var trace = new RandomTrace(seed, every).Make(until);
            var expected = peer(trace);
            PeerAction.Replay(policy, trace).ShouldBe(expected, $"{policy}, a sample every {every} s, seed {seed}");
            taken.UnionWith(expected.Select(action => action.What));
        }

        taken.ShouldBe(actions, ignoreOrder: true, $"{policy} takes each of its possible actions in these traces");
    }

    private static double NovasTime(PlanSubject subject) =>
        1.05 * 800 * (Math.Max(2, subject.Memory.Gibibytes) + subject.Disks.Sum(disk => Math.Max(2, disk.Gibibytes)));

    private static double KubeVirtsTime(PlanSubject subject) => 1.1 * (double)KubeVirtMonitor.CompletionTime(new MigrationTrace(subject, []));

    // One in three continues to the completion timeout, the others through a few steps.
    private static Func<PlanSubject, double> Mostly(Func<PlanSubject, double> time) => subject => subject.Memory.Count % 3 == 0 ? time(subject) : time(subject) / 4;
}
