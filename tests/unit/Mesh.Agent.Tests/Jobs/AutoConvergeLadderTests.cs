using Mesh.Agent.Jobs;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Tests.Jobs;

public sealed class AutoConvergeLadderTests
{
    [Theory]
    [InlineData(null, 20)]
    [InlineData(0, 20)]
    [InlineData(20, 30)]
    [InlineData(45, 55)]
    [InlineData(90, 99)]
    [InlineData(99, 99)]
    public void The_steps_are_QEMUs(int? from, int to) =>
        QemuAutoConverge.NextStep(from is { } percent ? new Percent(percent) : null).Value.ShouldBe(to);

    [Theory]
    [InlineData(51, new[] { 3, 5, 7, 9 })]
    [InlineData(50, new int[0])]
    [InlineData(10, new int[0])]
    public void Every_second_pass_that_dirtied_more_than_half_of_what_it_sent_is_a_step(int dirtied, int[] steps) =>
        Climb(Enumerable.Repeat(dirtied, 9)).ShouldBe(steps);

    [Fact]
    public void Good_passes_in_between_do_not_offset_bad_ones() => Climb([90, 10, 10, 90, 10, 90, 90, 10, 90]).ShouldBe([6, 9]);

    [Fact]
    public void A_pass_sampled_twice_counts_once()
    {
        var (ladder, steps) = (AutoConvergeLadder.Initial, 0);
        for (var look = 0; look < 40; look++)
        {
            (ladder, var isStepDue) = ladder.Observe(Sample(look / 10 + 1, 90));
            steps += isStepDue ? 1 : 0;
        }

        steps.ShouldBe(1);
    }

    [Fact]
    public void A_pass_is_evaluated_by_its_own_time_and_bytes()
    {
        var (ladder, _) = AutoConvergeLadder.Initial.Observe(Sample(1, 0));
        var usual = Sample(2, 30);
        var slow = usual with { Copy = usual.Copy with { Elapsed = TimeSpan.FromSeconds(3), Memory = new TransferProgress(default, default, Bytes.FromMebibytes(200)) } };

        // 30 MiB/s for two seconds are more than half of the 100 MiB sent meanwhile.
        (ladder, _) = ladder.Observe(slow);

        ladder.HighPasses.ShouldBe(1);
    }

    private static List<int> Climb(IEnumerable<int> dirtied)
    {
        var (ladder, steps) = (AutoConvergeLadder.Initial, new List<int>());
        foreach (var (index, mebibytes) in dirtied.Index())
        {
            (ladder, var isStepDue) = ladder.Observe(Sample(index + 1, mebibytes));
            if (isStepDue)
                steps.Add(index + 1);
        }

        return steps;
    }

    private static MigrationSample Sample(long pass, int dirtiedMebibytes) => new()
    {
        MigrationId = new MigrationId("m"),
        Epoch = new Epoch(1),
        VmId = Vm.Id(1),
        Phase = JobPhase.PreCopy,
        Copy = new()
        {
            Iteration = pass,
            Elapsed = TimeSpan.FromSeconds(pass),
            Memory = new TransferProgress(default, default, Bytes.FromMebibytes(100 * pass)),
            DirtyPagesPerSecond = Bytes.FromMebibytes(dirtiedMebibytes).Count / 4096,
        },
    };
}
