using Mesh.Contracts.Policies;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Tests.Worlds;

namespace Mesh.Policy.Tests.Adapting;

/// <summary>The adaptive rule in a closed loop with guests that are not modelled by working-set curves, for each set of permissions.</summary>
public sealed class When_the_adaptive_policy_steers(ITestOutputHelper output)
{
    // A switchover still sends for a moment after the limit is met, and device state takes time.
    private const double Quantum = 0.05;
    private const double Budget = 1;

    private static readonly IReadOnlyDictionary<string, PolicyPermissions> Permissions = new Dictionary<string, PolicyPermissions>(StringComparer.Ordinal)
    {
        ["nothing"] = new(),
        ["throttle"] = new() { Throttle = true },
        ["post-copy"] = new() { PostCopy = true },
        ["pause"] = new() { Suspend = true },
        ["everything"] = PolicyPermissions.All,
    };

    // At best more than the budget and less than three times the budget remains: only the completion timeout ends these.
    private static readonly string[] Waiting =
    [
        Workload.HotSpotAbove.Name, Workload.HotSpotAbove.Emulated.Name, Workload.SmallHotSpot.Name, Workload.SmallHotSpot.Emulated.Name,
        Workload.SmallUniform.Name,
    ];

    public static TheoryData<string, int> Runs => new MatrixTheoryData<string, int>(Permissions.Keys, [0, 1, 2]);

    [Theory]
    [MemberData(nameof(Runs))]
    public void Should_end_every_migration_by_the_mildest_permitted_action(string permitted, int seed)
    {
        foreach (var workload in Workload.All.Concat(Workload.All.Select(workload => workload.Emulated)))
        {
            var steered = new SteeredMigration(workload, Policy(Permissions[permitted]), seed > 0 ? seed : null).Run(300);
            var (world, actions) = (steered.World, steered.Actions);
            var what = $"{workload.Name} with {permitted}, seed {seed}: {string.Join(", ", actions.Select(PlanDriver.Short))}";
            output.WriteLine(Row(workload, steered));

            // It ends, unless no permitted action can end it; then it is aborted, or it waits if it is not hopeless.
            if (permitted is "nothing" && Waiting.Contains(workload.Name, StringComparer.Ordinal))
                world.IsOver.ShouldBeFalse(what);
            else
                world.IsOver.ShouldBeTrue(what);
            if (permitted is "post-copy" or "pause" or "everything")
                world.IsAborted.ShouldBeFalse(what);

            // Only permitted actions, and within the budget.
            actions.Where(action => IsBarred(action.Kind, Permissions[permitted])).ShouldBeEmpty(what);
            actions.Where(action => action.Parameters.MaxDowntime?.TotalSeconds > Budget).ShouldBeEmpty(what);
            if (!world.IsSuspended)
                world.Downtime.ShouldBeLessThanOrEqualTo(Budget + Quantum, what);

            // Each parameter moves in one direction only, and never twice within the pause.
            actions.Select(action => action.Parameters.Throttle?.Value).OfType<int>().ShouldBeInOrder(SortDirection.Ascending, what);
            actions.Select(action => action.Parameters.MaxDowntime).OfType<TimeSpan>().ShouldBeInOrder(SortDirection.Ascending, what);
            actions.Zip(actions.Skip(1)).ShouldAllBe(pair => pair.Second.At - pair.First.At >= TimeSpan.FromSeconds(3));
        }
    }

    public static TheoryData<string> Untroubled =>
    [
        Workload.Idle.Name, Workload.ReadMostly.Name, Workload.HotSpotBelow.Name, Workload.Warm.Name, Workload.Uniform04.Name, Workload.Uniform09.Name,
        Workload.Bursty10.Name, Workload.Bursty4.Name, Workload.Bursty8.Name, Workload.LinkDrop.Name, Workload.LinkDropLate.Name,
    ];

    [Theory]
    [MemberData(nameof(Untroubled))]
    public void Should_do_nothing_to_a_VM_that_ends_within_its_budget(string name)
    {
        foreach (var seed in new int?[] { null, 1, 2, 3 })
        {
            var steered = new SteeredMigration(Workload.All.Single(workload => workload.Name == name), Policy(PolicyPermissions.All), seed).Run(300);
            steered.World.IsOver.ShouldBeTrue();
            steered.Actions.ShouldAllBe(action => action.Kind == PolicyActionKind.SetDowntime);
        }
    }

    [Theory]
    [InlineData("idle")]
    [InlineData("read-mostly")]
    [InlineData("uniform 0.4 B")]
    [InlineData("uniform 0.9 B")]
    [InlineData("warm 3 GiB, every 8 s")]
    public void Should_not_affect_a_migration_that_ends_by_itself(string name) =>
        new SteeredMigration(Workload.All.Single(workload => workload.Name == name), Policy(PolicyPermissions.All), seed: 1).Run(300).Actions.ShouldBeEmpty();

    [Fact]
    public void Should_continue_after_a_restart_as_without_one()
    {
        foreach (var workload in new[] { Workload.HotSpotAbove, Workload.Uniform15, Workload.MemoryBound })
        {
            var unbroken = new SteeredMigration(workload, Policy(Permissions["throttle"]), seed: 5).Run(200).Actions;
            new SteeredMigration(workload, Policy(Permissions["throttle"]), seed: 5) { IsStored = true }.Run(200).Actions.ShouldBe(unbroken);
            unbroken.Count.ShouldBeGreaterThan(1);
        }
    }

    [Fact]
    public void Should_throttle_less_if_another_action_may_follow() =>
        Throttled("everything").ShouldBeLessThan(0.8 * Throttled("throttle"));

    [Fact]
    public void Should_not_consider_a_recorded_migration_hopeless_because_it_ignores_actions()
    {
        var recorded = new SteeredMigration(Workload.HotSpotBelow, Policy(PolicyPermissions.All)) { IsRecorded = true }.Run(200);
        recorded.World.IsOver.ShouldBeFalse("under QEMU's 300 ms it never ends");
        recorded.Actions.ShouldNotBeEmpty();
        recorded.Actions.ShouldAllBe(action => action.Kind == PolicyActionKind.SetDowntime);
        recorded.Actions.Max(action => action.Parameters.MaxDowntime!.Value.TotalSeconds).ShouldBeLessThan(Budget, "with less than that it would have ended");
    }

    private static MigrationPolicy Policy(PolicyPermissions permits) => new()
    {
        Name = "adaptive",
        Description = "For a test.",
        Adaptive = new AdaptiveRule(),
        Permits = permits,
        Start = new() { PostCopy = true },
        DowntimeBudget = TimeSpan.FromSeconds(Budget),
        Limits = new() { CompletionTimeoutPerGiB = TimeSpan.FromSeconds(800) },
        LastResort = [PolicyActionKind.Abort],
    };

    private static double Throttled(string permitted) => new[] { Workload.HotSpotAbove, Workload.Uniform15, Workload.MemoryBound }
        .Sum(workload => new[] { 1, 2, 3 }.Sum(seed => new SteeredMigration(workload, Policy(Permissions[permitted]), seed).Run(300).World.ThrottledSeconds));

    private static bool IsBarred(PolicyActionKind kind, PolicyPermissions permits) => kind switch
    {
        PolicyActionKind.Throttle => !permits.Throttle,
        PolicyActionKind.PostCopy => !permits.PostCopy,
        PolicyActionKind.Suspend => !permits.Suspend,
        _ => false,
    };

    private static string Row(Workload workload, SteeredMigration steered)
    {
        var world = steered.World;
        var end = world.IsAborted ? "aborted" : world.IsOver ? "ended" : "waits";
        var postCopy = world.PostCopyAt is { } from ? world.Time - from : 0;
        return $"{workload.Name,-46} {end,-8} {world.Time / workload.LeastTime,6:0.00} x {workload.LeastTime,4:0.0} s, downtime {world.Downtime * 1000,5:0} ms, "
            + $"throttled {world.ThrottledSeconds,5:0.0} s, post-copy {postCopy,4:0.0} s | {string.Join(", ", steered.Actions.Select(PlanDriver.Short))}";
    }
}
