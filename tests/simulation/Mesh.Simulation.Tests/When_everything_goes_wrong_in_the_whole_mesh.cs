using System.Globalization;
using Mesh.Simulation.SeededBugs;
using Mesh.Simulation.Sweeps;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Tests;

/// <summary>The whole mesh on virtual time and one thread of control: one seed, one exact run.</summary>
public sealed class When_everything_goes_wrong_in_the_whole_mesh(ITestOutputHelper output)
{
    private const int First = 1;
    private const int CountInCi = 2000;
    private const int CountTwice = 36;

    /// <summary>MESH_SEEDS asks for more of them.</summary>
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
            other.TraceHash.ShouldBe(one.TraceHash, $"seed {seed} did not run twice alike");
            other.Steps.ShouldBe(one.Steps);
        }
    }

    /// <summary>The search begins shortly before the first seed that is known to find the bug: minutes are not spent on finding it anew.</summary>
    [Theory]
    [InlineData(SeededBugKind.SourceReportTrusted, 1)]
    [InlineData(SeededBugKind.EpochUnchecked, 945)]
    [InlineData(SeededBugKind.SlotLeaked, 1)]
    [InlineData(SeededBugKind.SentBeforeCommit, 1)]
    [InlineData(SeededBugKind.StaleReportAccepted, 1)]
    [InlineData(SeededBugKind.PlanRestarted, 280)]
    [InlineData(SeededBugKind.ThrottleNotRemoved, 1)]
    [InlineData(SeededBugKind.StalePassAccepted, 780)]
    [InlineData(SeededBugKind.SlotFreedEarly, 1)]
    [InlineData(SeededBugKind.FailedHostRetried, 30)]
    public void Should_find_a_planted_bug(SeededBugKind bug, int from)
    {
        var summary = new Sweep(from, CountInCi, Environment.ProcessorCount, bug).Run(output.WriteLine);

        summary.Failures.ShouldNotBeEmpty($"no seed of {CountInCi} from {from} on finds {bug}");
        var found = summary.Failures[0];
        TestContext.Current.SendDiagnosticMessage($"{bug} is found by seed {found.Seed}, which violates: {found.Invariant}");
        output.WriteLine(found.Failure!);
        World.Run(new RunOptions(found.Seed)).Failure.ShouldBeNull("without the bug all is well with that seed");
    }

    [Fact]
    public void Should_reach_most_ends()
    {
        var ends = new Sweep(First, 100, Environment.ProcessorCount).Run(output.WriteLine).Ends;

        output.WriteLine(string.Join(", ", ends.Select(end => $"{end.Key} {end.Value}")));
        ends.Keys.ShouldBe(
            ["AbortedByOperator", "AbortedByPolicy", "Completed", "CompletedPostCopy", "Failed", "Lost", "Refused", "TimedOut"], ignoreOrder: true);
    }
}
