using System.Globalization;
using Mesh.Simulation.SeededBugs;
using Mesh.Simulation.Sweeps;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Tests;

/// <summary>The whole mesh in virtual time on one thread: a seed determines its run exactly.</summary>
public sealed class When_everything_goes_wrong_in_the_whole_mesh(ITestOutputHelper output)
{
    private const int First = 1;
    private const int CountInCi = 2000;
    private const int CountTwice = 36;

    /// <summary>MESH_SEEDS overrides the number of seeds.</summary>
    private static readonly int Count =
        int.TryParse(Environment.GetEnvironmentVariable("MESH_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seeds) ? seeds : CountInCi;

    [Fact]
    public void Should_hold_every_invariant()
    {
        var summary = new Sweep(First, Count, Environment.ProcessorCount).Run(output.WriteLine);

        TestContext.Current.SendDiagnosticMessage(summary.ToString());
        summary.Failures.ShouldBeEmpty(string.Join("\n\n", summary.Failures.Select(failure => failure.Failure)));
    }

    [Fact]
    public void Should_be_the_same_run_from_the_same_seed()
    {
        for (var seed = First; seed < First + CountTwice; seed++)
        {
            var (one, other) = (World.Run(new RunOptions(seed)), World.Run(new RunOptions(seed)));
            other.TraceHash.ShouldBe(one.TraceHash, $"seed {seed} did not give the same run twice");
            other.Steps.ShouldBe(one.Steps);
        }
    }

    /// <summary>The search starts shortly before the first seed that is known to find the bug, which saves minutes.</summary>
    [Theory]
    [InlineData(SeededBugKind.SourceReportTrusted, 1)]
    [InlineData(SeededBugKind.EpochUnchecked, 255)]
    [InlineData(SeededBugKind.SlotLeaked, 1)]
    [InlineData(SeededBugKind.SentBeforeCommit, 1)]
    [InlineData(SeededBugKind.StaleReportAccepted, 1)]
    [InlineData(SeededBugKind.PlanRestarted, 230)]
    [InlineData(SeededBugKind.ThrottleNotRemoved, 1)]
    [InlineData(SeededBugKind.StalePassAccepted, 95)]
    [InlineData(SeededBugKind.SlotFreedEarly, 1)]
    [InlineData(SeededBugKind.FailedHostRetried, 20)]
    [InlineData(SeededBugKind.ForeignEventAccepted, 1)]
    [InlineData(SeededBugKind.GuestShutdownIsLost, 1)]
    [InlineData(SeededBugKind.RefusedParameterShown, 160)]
    [InlineData(SeededBugKind.StallMarkRemains, 1)]
    public void Should_find_a_seeded_bug(SeededBugKind bug, int from)
    {
        var summary = new Sweep(from, CountInCi, Environment.ProcessorCount, bug).Run(output.WriteLine);

        summary.Failures.ShouldNotBeEmpty($"none of {CountInCi} seeds from {from} finds {bug}");
        var found = summary.Failures[0];
        TestContext.Current.SendDiagnosticMessage($"{bug} is found by seed {found.Seed}, which violates: {found.Invariant}");
        output.WriteLine(found.Failure!);
        World.Run(new RunOptions(found.Seed)).Failure.ShouldBeNull("the seed finds nothing without the bug");
    }

    [Fact]
    public void Should_reach_most_outcomes()
    {
        var outcomes = new Sweep(First, 100, Environment.ProcessorCount).Run(output.WriteLine).Outcomes;

        output.WriteLine(string.Join(", ", outcomes.Select(outcome => $"{outcome.Key} {outcome.Value}")));
        outcomes.Keys.ShouldBe(
            ["AbortedByOperator", "AbortedByPolicy", "Completed", "CompletedPostCopy", "Failed", "GuestStopped", "Lost", "Refused", "TimedOut"], ignoreOrder: true);
    }
}
