using Mesh.Agent.Configuration;
using Mesh.Agent.Jobs;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Migrations;
using Mesh.Policy.Documents;

namespace Mesh.Agent.Tests.Jobs;

/// <summary>Under every shipped policy the agent alone ends a migration that never would, once the mesh is away.</summary>
public sealed class When_a_shipped_policy_applies
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Bytes Data = Bytes.FromGibibytes(2);
    private static readonly AgentOptions Options = new();

    /// <summary>Twice the longest of their limits per GiB: some try something milder first.</summary>
    private static readonly TimeSpan Latest = Data.Gibibytes * 2 * MigrationLimits.DefaultCompletionTimeoutPerGiB + Options.AutonomyAfter + TimeSpan.FromSeconds(30);

    public static TheoryData<string> Names => [.. ShippedPolicies.All.Select(policy => policy.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Should_end_a_migration_that_sends_for_ever(string name)
    {
        var limits = LimitsUnder(ShippedPolicies.All.Single(policy => policy.Name == name));

        // The mesh is away from the start on; the copy never comes nearer, and a KubeVirt policy takes its sawtooth for progress.
        EndedAfter(limits, isMeshAway: true).ShouldNotBeNull().ShouldBeLessThan(Latest);
    }

    [Theory]
    [InlineData("virsh")]
    [InlineData("virsh-auto-converge")]
    [InlineData("proxmox")]
    [InlineData("nova-force-complete")]
    public void Should_not_end_it_while_the_mesh_is_heard_where_the_policy_has_no_limit(string name) =>
        EndedAfter(LimitsUnder(ShippedPolicies.All.Single(policy => policy.Name == name)), isMeshAway: false).ShouldBeNull();

    private static MigrationLimits LimitsUnder(MigrationPolicy policy)
    {
        var vm = Vm.Describe(Vm.Id(1), gibibytes: Data.Gibibytes);
        var facts = new MigrationFacts([new LocatedVm(new HostName("hosta"), vm)]) { Policy = new EffectivePolicy(policy, 0, "test") };
        var request = new RequestMigration(
            new MigrationId("m"), vm.Name, new HostName("hostb"), new MigrationOptions(), new MigrationLimits(), "tester", null, []);
        return MigrationStateMachine.Apply(null, new RequestReceived(request, facts), Start).State.ToView().Limits;
    }

    private static TimeSpan? EndedAfter(MigrationLimits limits, bool isMeshAway)
    {
        var watch = WatchdogState.Start(Start, Start);
        for (var elapsed = TimeSpan.Zero; elapsed < Latest * 2; elapsed += TimeSpan.FromSeconds(1))
        {
            var tick = (long)elapsed.TotalSeconds;
            var sample = new MigrationSample
            {
                MigrationId = new MigrationId("m"),
                Epoch = new Epoch(1),
                VmId = Vm.Id(1),
                Phase = JobPhase.PreCopy,
                Copy = new() { Iteration = 1 + tick / 10, Memory = new TransferProgress(Data, new Bytes(1000 - tick % 10), new Bytes(1 + tick)) },
            };
            var alone = isMeshAway && elapsed > Options.AutonomyAfter ? elapsed - Options.AutonomyAfter : TimeSpan.Zero;
            (watch, var findings) = ProgressWatchdog.Check(
                watch, sample, JobPhase.PreCopy, limits, new AutonomyLimit(Options.AutonomousCompletionTimeoutPerGiB, alone), Data, Start + elapsed);
            if (findings.OfType<WatchdogFinding.LimitExceeded>().Any())
                return elapsed;
        }

        return null;
    }
}
