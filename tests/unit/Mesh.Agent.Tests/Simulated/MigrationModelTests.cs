using Mesh.Agent.Simulated;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Simulated;

public sealed class MigrationModelTests
{
    private static readonly Bytes Gibibyte = Bytes.FromGibibytes(1);
    private const double Link = 100 << 20;

    [Fact]
    public void An_idle_vm_is_copied_once_and_switched_over_in_the_first_pass()
    {
        var end = Run(Vms(DirtyCurve.Idle));

        end.IsOver.ShouldBeTrue();
        end.Iteration.ShouldBe(1);
        end.TransferredBytes.ShouldBe(Gibibyte.Count, tolerance: 1);
        end.Elapsed.TotalSeconds.ShouldBe(10.24, tolerance: 0.1);
    }

    [Fact]
    public void A_vm_that_writes_a_little_needs_a_pass_or_two_more()
    {
        var end = Run(Vms(DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(5))));

        end.IsOver.ShouldBeTrue();
        end.Iteration.ShouldBeInRange(2, 3);
    }

    [Fact]
    public void Zero_pages_cost_almost_nothing()
    {
        var end = Run(Vms(DirtyCurve.Idle) with { UsedMemory = Bytes.FromMebibytes(256) });

        end.TransferredBytes.ShouldBeInRange(256 << 20, 260 << 20);
        end.Elapsed.TotalSeconds.ShouldBe(2.58, tolerance: 0.1);
        end.NormalBytes.ShouldBe(256 << 20, tolerance: 1 << 20);
    }

    [Fact]
    public void A_uniform_writer_above_the_bandwidth_never_converges()
    {
        var later = Run(Vms(DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(150))), max: TimeSpan.FromMinutes(30));

        later.IsOver.ShouldBeFalse();
        later.Phase.ShouldBe(SimulatedPhase.PreCopy);
        later.Iteration.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Auto_converge_makes_it_converge_step_by_step()
    {
        var vm = Vms(DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(150)));
        var steps = new List<int>();
        var end = Run(vm, start: Start(vm, new AutoConvergeSettings(20, 10)), each: now => steps.Add(now.ThrottlePercent));

        end.IsOver.ShouldBeTrue();
        var ladder = steps.Distinct().ToList();
        ladder.Take(4).ShouldBe([0, 20, 30, 40]);
        ladder.Max().ShouldBeLessThanOrEqualTo(99);
    }

    [Fact]
    public void Throttling_starts_with_the_fourth_pass()
    {
        var vm = Vms(DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(150)));
        long first = 0;
        Run(vm, start: Start(vm, new AutoConvergeSettings(20, 10)), each: now => first = first == 0 && now.ThrottlePercent > 0 ? now.Iteration : first);

        first.ShouldBe(4);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(90)]
    public void The_switchover_starts_only_when_the_pending_memory_fits_into_the_downtime(int dirtyMebibytesPerSecond)
    {
        var vm = Vms(DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(dirtyMebibytesPerSecond)));
        SimulatedMigration? handingOver = null;
        var end = Run(vm, each: now => handingOver ??= now.Phase is SimulatedPhase.SwitchOver ? now : null);

        handingOver.ShouldNotBeNull().RemainingBytes.ShouldBeLessThanOrEqualTo(Link * 0.3);
        end.Downtime.ShouldBe(TimeSpan.FromSeconds(handingOver.RemainingBytes / Link) + MigrationModel.SwitchOverCost, TimeSpan.FromMilliseconds(1));
        end.Downtime.ShouldBeLessThanOrEqualTo(TimeSpan.FromMilliseconds(300) + MigrationModel.SwitchOverCost);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(90)]
    public void No_byte_of_memory_is_lost(int dirtyMebibytesPerSecond)
    {
        var end = Run(Vms(DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(dirtyMebibytesPerSecond))));

        end.TransferredBytes.ShouldBeGreaterThanOrEqualTo(Gibibyte.Count - 1);
        end.TransferredBytes.ShouldBeLessThanOrEqualTo(Link * end.Elapsed.TotalSeconds + 1);
    }

    [Fact]
    public void A_higher_downtime_limit_completes_a_migration_that_would_not_converge()
    {
        var vm = Vms(new DirtyCurve(Bytes.FromMebibytes(60), TimeSpan.FromMilliseconds(100), default));
        var stuck = Run(vm, max: TimeSpan.FromMinutes(2));
        stuck.IsOver.ShouldBeFalse();

        var end = Run(vm, start: stuck with { MaxDowntime = TimeSpan.FromSeconds(1) });

        end.IsOver.ShouldBeTrue();
        end.Downtime.TotalMilliseconds.ShouldBeInRange(400, 640);
    }

    [Fact]
    public void The_bandwidth_limit_does_not_apply_to_the_final_pass()
    {
        var vm = Vms(new DirtyCurve(Bytes.FromMebibytes(60), TimeSpan.FromMilliseconds(100), default));
        var start = Start(vm) with { Bandwidth = BytesPerSecond.FromMebibytes(16), MaxDowntime = TimeSpan.FromSeconds(5) };

        Run(vm, start: start).Downtime.TotalMilliseconds.ShouldBeInRange(600, 840);
    }

    [Fact]
    public void Suspending_completes_it_too_and_counts_as_downtime()
    {
        var vm = Vms(DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(150)));
        var stuck = Run(vm, max: TimeSpan.FromMinutes(1));

        var end = Run(vm, start: stuck with { IsSuspended = true });

        end.IsOver.ShouldBeTrue();
        end.Downtime.ShouldBeGreaterThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Post_copy_switches_at_once_and_pulls_the_rest()
    {
        var vm = Vms(DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(150)));
        var stuck = Run(vm, max: TimeSpan.FromSeconds(5));
        SimulatedMigration? pulling = null;

        var end = Run(vm, start: stuck with { IsPostCopyRequested = true }, each: now => pulling ??= now.Phase is SimulatedPhase.PostCopy ? now : null);

        end.IsOver.ShouldBeTrue();
        end.RemainingBytes.ShouldBe(0);
        end.Downtime.ShouldBe(MigrationModel.SwitchOverCost);
        pulling.ShouldNotBeNull().RemainingBytes.ShouldBeGreaterThan(0);
        (end.TransferredBytes - pulling.TransferredBytes).ShouldBe(pulling.RemainingBytes, tolerance: 1);
    }

    [Fact]
    public void Disks_are_copied_before_memory()
    {
        var vm = Vms(DirtyCurve.Idle);
        var start = SimulatedMigration.Start(vm, Bytes.FromMebibytes(200), null, TimeSpan.FromMilliseconds(300), isPaused: false);

        var copying = Run(vm, start: start, max: TimeSpan.FromSeconds(1));
        copying.Phase.ShouldBe(SimulatedPhase.DiskCopy);
        copying.TransferredBytes.ShouldBe(0);

        Run(vm, start: copying).Elapsed.TotalSeconds.ShouldBe(12.24, tolerance: 0.1);
    }

    [Fact]
    public void The_same_steps_give_the_same_migration()
    {
        var vm = Vms(new DirtyCurve(Bytes.FromMebibytes(300), TimeSpan.FromSeconds(2), BytesPerSecond.FromMebibytes(10)));

        Run(vm).ShouldBe(Run(vm));
    }

    private static SimulatedVm Vms(DirtyCurve dirty) => new() { Id = Vm.Id(1), Name = "vm", Memory = Gibibyte, Dirty = dirty };

    private static SimulatedMigration Start(SimulatedVm vm, AutoConvergeSettings? autoConverge = null) =>
        SimulatedMigration.Start(vm, Bytes.Zero, autoConverge, TimeSpan.FromMilliseconds(300), isPaused: false);

    private static SimulatedMigration Run(
        SimulatedVm vm, SimulatedMigration? start = null, TimeSpan? max = null, Action<SimulatedMigration>? each = null)
    {
        var now = start ?? Start(vm);
        var until = now.Elapsed + (max ?? TimeSpan.FromMinutes(10));
        while (!now.IsOver && now.Elapsed < until)
        {
            now = MigrationModel.Advance(now, Link, MigrationModel.Step);
            each?.Invoke(now);
        }

        return now;
    }
}
