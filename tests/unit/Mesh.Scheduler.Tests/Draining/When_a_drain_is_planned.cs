using System.Globalization;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Draining;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_a_drain_is_planned
{
    private static readonly HostName A = SimulatedFleet.Host(0);
    private static readonly HostName B = SimulatedFleet.Host(1);
    private static readonly HostName C = SimulatedFleet.Host(2);

    [Theory]
    [InlineData(DrainOrder.LongestFirst, "vm0003 vm0002 vm0001")]
    [InlineData(DrainOrder.ShortestFirst, "vm0001 vm0002 vm0003")]
    [InlineData(DrainOrder.ByName, "vm0001 vm0002 vm0003")]
    public void Should_move_vms_in_the_requested_order(DrainOrder order, string expected)
    {
        var fleet = Fleet(Vms(4, 8, 16)) with { Limits = new SchedulingLimits { OutboundPerHost = 1 } };
        var plan = DrainPlanner.Plan(fleet, SimulatedFleet.Drain(1) with { Order = order }, SimulatedFleet.Now);
        string.Join(' ', plan.Moves.Select(move => move.VmName)).ShouldBe(expected);
        plan.Moves.Select(move => move.StartOffset).ShouldBeInOrder();
    }

    [Fact]
    public void Should_list_blocked_vms_up_front_with_every_reason_and_advice()
    {
        var vms = Vms(4, 4, 4);
        vms[0] = vms[0] with { HostDevices = [new VmHostDevice("pci", "0000:01:00.0")], Placement = new VmPlacement(true, new Dictionary<string, string>()) };
        vms[1] = vms[1] with { Status = VmStatus.Paused };
        var plan = DrainPlanner.Plan(Fleet(vms), SimulatedFleet.Drain(1), SimulatedFleet.Now);
        plan.Moves.Single().Vm.ShouldBe(vms[2].Id);
        plan.BlockedVms.Count.ShouldBe(2);
        plan.BlockedVms[0].ShouldSatisfyAllConditions(
            blocked => blocked.Host.ShouldBe(A),
            blocked => blocked.Refusals.Select(refusal => refusal.Code).Order().ShouldBe([RefusalCode.HostDeviceAttached, RefusalCode.VmPinned]),
            blocked => blocked.Advice.ShouldContain("detach the host device"),
            blocked => blocked.Advice.ShouldContain("pinning"),
            blocked => blocked.Advice.ShouldEndWith("; or shut it down. The drain then continues automatically."));
        plan.BlockedVms[1].Advice.ShouldStartWith("resume it: virsh resume vm0002;");
    }

    [Fact]
    public void Should_have_advice_for_every_reason()
    {
        var vm = new LocatedVm(A, SimulatedFleet.Vm(1, 4));
        foreach (var code in Enum.GetValues<RefusalCode>())
            DrainAdvice.Describe(vm, [new(code, "")]).Length.ShouldBeGreaterThan(60, code.ToString());
    }

    [Fact]
    public void Should_leave_out_vms_that_are_already_migrating()
    {
        var plan = DrainPlanner.Plan(Fleet([SimulatedFleet.Vm(1, 4) with { Status = VmStatus.MigratingFrom }]), SimulatedFleet.Drain(1), SimulatedFleet.Now);
        plan.Moves.ShouldBeEmpty();
        plan.BlockedVms.ShouldBeEmpty();
    }

    [Fact]
    public void Should_place_no_vm_on_a_host_that_is_drained_too()
    {
        var fleet = Fleet(Vms(4, 8, 16)) with { Rules = new PlacementRules() };
        DrainPlanner.Plan(fleet, SimulatedFleet.Drain(2), SimulatedFleet.Now).Moves.ShouldAllBe(move => move.To == C);
    }

    [Theory]
    [InlineData("0,0,0,0", 13, 0, 5, 0)]
    [InlineData("0,0,1,1", 8, 4, 0, 4)]
    [InlineData("0,0,0 1,1", 8, 4, 4, 0)]
    [InlineData("0,1,0 1,0 1", 4, 8, 1, 3)]
    public void Should_find_numa_nodes_for_all_vms_that_are_bound_to_them(string bound, int b0, int b1, int c0, int c1)
    {
        var vms = bound.Split(',').Select((nodes, number) => SimulatedFleet.Vm(number + 1, 4) with { NumaNodes = [.. nodes.Split(' ').Select(node => int.Parse(node, CultureInfo.InvariantCulture))] }).ToArray();
        var fleet = Fleet(vms);
        fleet = fleet with { Hosts = [fleet.Hosts[0], WithCells(fleet.Hosts[1], b0, b1), WithCells(fleet.Hosts[2], c0, c1)] };
        var plan = DrainPlanner.Plan(fleet, SimulatedFleet.Drain(1), SimulatedFleet.Now);
        plan.BlockedVms.ShouldBeEmpty();
        plan.Moves.Count(move => move.To == B).ShouldBe(3);
        plan.Moves.Count(move => move.To == C).ShouldBe(1);
    }

    [Fact]
    public void Should_list_up_front_a_vm_that_fits_no_numa_node_beside_the_others()
    {
        var fleet = Fleet([.. Vms(4, 4).Select(vm => vm with { NumaNodes = [0] })]);
        fleet = fleet with { Hosts = [fleet.Hosts[0], WithCells(fleet.Hosts[1], 7, 512)] };
        var plan = DrainPlanner.Plan(fleet, SimulatedFleet.Drain(1), SimulatedFleet.Now);
        plan.Moves.Count.ShouldBe(1);
        plan.BlockedVms.Single().Refusals[0].Message.ShouldContain("the other VMs of the drain leave no room for its 4 GiB");
    }

    private static FleetHost WithCells(FleetHost host, params int[] gibibytes) => host with
    {
        Inventory = host.Inventory with
        {
            Capacity = host.Inventory.Capacity with
            {
                NumaCells = [.. gibibytes.Select((free, node) => new NumaCell(node, Bytes.FromGibibytes(512), Bytes.FromGibibytes(free), 32))],
            },
        },
    };

    [Fact]
    public void Should_keep_affinity_rules_and_relax_them_only_if_allowed()
    {
        var vms = Vms(4, 4, 4, 4, 4).Select((vm, number) => vm with { Labels = new Dictionary<string, string> { [number < 2 ? "pair" : "replica"] = "x" } }).ToArray();
        var fleet = Fleet(vms) with
        {
            Rules = new PlacementRules
            {
                VmAffinity =
                [
                    new VmAffinityRule("pair", new Dictionary<string, string> { ["pair"] = "x" }, Apart: false),
                    new VmAffinityRule("replicas", new Dictionary<string, string> { ["replica"] = "x" }, Apart: true),
                ],
            },
        };
        var strict = DrainPlanner.Plan(fleet, SimulatedFleet.Drain(1), SimulatedFleet.Now);
        To(strict, vms[0]).ShouldBe(To(strict, vms[1]));
        string.Join(' ', strict.Moves.Where(move => vms[2..].Any(vm => vm.Id == move.Vm)).Select(move => move.To.Value).Order(StringComparer.Ordinal))
            .ShouldBe($"{B} {C}", "three replicas, two hosts");
        strict.BlockedVms.Single().ShouldSatisfyAllConditions(
            blocked => blocked.Refusals.ShouldContain(refusal => refusal.Code == RefusalCode.VmAffinity),
            blocked => blocked.Advice.ShouldContain("--relax-affinity"));

        var relaxed = DrainPlanner.Plan(fleet, SimulatedFleet.Drain(1) with { RelaxAffinity = true }, SimulatedFleet.Now);
        relaxed.BlockedVms.ShouldBeEmpty();
        relaxed.Moves.Count.ShouldBe(5);
        To(relaxed, vms[0]).ShouldBe(To(relaxed, vms[1]), "that rule can be satisfied");
    }

    [Fact]
    public void Should_count_cpus_and_huge_pages_of_the_other_vms()
    {
        var huge = Bytes.FromMebibytes(2);
        VmDescription[] vms = [.. Vms(4, 4, 4).Select(vm => vm with { HugePageSize = huge }), SimulatedFleet.Vm(8, 1) with { VCpus = 60 }, SimulatedFleet.Vm(9, 1) with { VCpus = 60 }];
        FleetHost[] hosts = [SimulatedFleet.With(A, vms), .. new[] { B, C }.Select(host => SimulatedFleet.With(host, []))];
        for (var host = 1; host < 3; host++)
            hosts[host] = hosts[host] with
            {
                Inventory = hosts[host].Inventory with
                {
                    Capacity = hosts[host].Inventory.Capacity with { HugePages = [new(huge, 2048 * (3 - host) * 2, 2048 * (3 - host) * 2)] },
                },
            };
        var fleet = new Fleet { TakenAt = SimulatedFleet.Now, Limits = new SchedulingLimits { CpuOvercommit = 1 }, Hosts = hosts };
        var plan = DrainPlanner.Plan(fleet, SimulatedFleet.Drain(1), SimulatedFleet.Now);
        plan.BlockedVms.ShouldBeEmpty();
        plan.Moves.Count(move => vms[..3].Any(vm => vm.Id == move.Vm) && move.To == B).ShouldBe(2, "8 GiB of huge pages there, 4 GiB on the other");
        To(plan, vms[3]).ShouldNotBe(To(plan, vms[4]), "64 CPUs each");
    }

    private static HostName To(Drain plan, VmDescription vm) => plan.Moves.Single(move => move.Vm == vm.Id).To;

    private static VmDescription[] Vms(params int[] gibibytes) => [.. gibibytes.Select((size, number) => SimulatedFleet.Vm(number + 1, size))];

    private static Fleet Fleet(VmDescription[] vms) => new()
    {
        TakenAt = SimulatedFleet.Now,
        Hosts = [SimulatedFleet.With(A, vms), SimulatedFleet.With(B, []), SimulatedFleet.With(C, [])],
    };
}
