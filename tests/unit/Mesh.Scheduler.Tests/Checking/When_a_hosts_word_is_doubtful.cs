using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_a_hosts_word_is_doubtful
{
    private const string Reason = "vms[1].vCpus is -4; 1 to 4096 is accepted";

    private static readonly InvalidVm Invalid = new(Given.IdOf("g2"), "g2", VmStatus.Up, Reason);

    [Fact]
    public void Should_refuse_a_vm_with_invalid_data_by_name_and_uuid_and_check_the_others()
    {
        var fleet = new FleetIndex(With(Given.HostA, host => host with { InvalidVms = [Invalid] }));
        foreach (var vm in new[] { "g2", Given.IdOf("g2").ToString() })
        {
            var refusal = TargetRater.Rate(fleet, new RateTargets(vm)).Refusals.ShouldHaveSingleItem();
            refusal.Code.ShouldBe(RefusalCode.InvalidVmData);
            refusal.Message.ShouldBe($"hosta sends invalid data about g2: {Reason}. Correct the VM's definition, or upgrade the agent of hosta");
        }

        TargetRater.Rate(fleet, new RateTargets("g1")).Refusals.ShouldBeEmpty();
        TargetRater.Rate(fleet, new RateTargets("g3")).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownVm);
    }

    [Fact]
    public void Should_refuse_a_vm_that_two_hosts_run()
    {
        var refusal = TargetRater.Rate(new FleetIndex(RunningTwice()), new RateTargets("g1")).Refusals.ShouldHaveSingleItem();
        (refusal.Code, refusal.Message).ShouldBe(
            (RefusalCode.RunsOnTwoHosts, "g1 runs on hosta and hostb at the same time. Find out which one is right, and destroy the other with `virsh destroy`; its data may be damaged"));
    }

    [Theory]
    [InlineData("hosta")]
    [InlineData("hostb")]
    public void Should_block_a_vm_that_two_hosts_run_in_the_drain_of_either(string host)
    {
        var plan = Plan(RunningTwice(), host);
        plan.Moves.ShouldBeEmpty();
        var blocked = plan.BlockedVms.ShouldHaveSingleItem();
        (blocked.VmName, blocked.Host.Value).ShouldBe(("g1", host));
        blocked.Refusals.Select(refusal => refusal.Code).ShouldContain(RefusalCode.RunsOnTwoHosts);
        blocked.Advice.ShouldContain("find out which host runs g1 rightly");
    }

    [Fact]
    public void Should_block_a_vm_with_invalid_data_in_a_drain_that_moves_the_others_and_not_count_the_host_as_empty()
    {
        var fleet = With(Given.HostA, host => host with { InvalidVms = [Invalid], VmsNotInInventory = [new(Given.IdOf("g2"), "g2", VmStatus.Up, "")] });
        var plan = Plan(fleet, "hosta");
        plan.Moves.ShouldHaveSingleItem().VmName.ShouldBe("g1");
        var blocked = plan.BlockedVms.ShouldHaveSingleItem();
        (blocked.VmName, blocked.Refusals.Single().Code).ShouldBe(("g2", RefusalCode.InvalidVmData));
        blocked.Advice.ShouldContain("correct the definition of g2");

        var empty = With(Given.HostA, host => host with { Inventory = host.Inventory with { Vms = [] }, InvalidVms = [Invalid] });
        var step = DrainStateMachine.Step(Plan(empty, "hosta") with { State = DrainState.Running }, empty, [], Given.Now);
        step.Drain.State.ShouldNotBe(DrainState.Completed);
        step.Cordons.ShouldNotContain((Given.HostA, CordonState.Maintenance));

        var off = With(Given.HostA, host => host with { Inventory = host.Inventory with { Vms = [] }, InvalidVms = [Invalid with { Status = VmStatus.Down }] });
        DrainStateMachine.Step(Plan(off, "hosta") with { State = DrainState.Running }, off, [], Given.Now).Drain.State.ShouldBe(DrainState.Completed);
    }

    [Fact]
    public void Should_use_no_host_of_which_two_agents_report()
    {
        var problem = new HostProblem(HostProblemKind.IdentityConflict, "two hosts report as hostb", "stop one", Given.Now, Given.Now);
        var rated = TargetRater.Rate(new FleetIndex(With(Given.HostB, host => host with { Problems = [problem] })), new RateTargets("g1"));
        rated.Ratings.Single(rating => rating.Host == Given.HostB).Refusals.ShouldHaveSingleItem().ShouldBe(new Refusal(RefusalCode.HostConflict, "two hosts report as hostb; stop one"));
        rated.Ratings.Single(rating => rating.Host == Given.HostC).Refusals.ShouldBeEmpty();
    }

    private static Drain Plan(Fleet fleet, string host) => DrainPlanner.Plan(fleet, new DrainHosts { Id = "d1", Hosts = [new(host)], RequestedBy = "ann" }, Given.Now);

    private static Fleet RunningTwice()
    {
        var fleet = Given.Fleet();
        return fleet with
        {
            Hosts =
            [
                Given.Host(Given.HostA, Given.Vm("g1")) with { DuplicateVms = [new(Given.IdOf("g1"), "g1", [Given.HostB])] },
                Given.Host(Given.HostB, Given.Vm("g1")) with { DuplicateVms = [new(Given.IdOf("g1"), "g1", [Given.HostA])] },
                Given.Host(Given.HostC),
            ],
        };
    }

    private static Fleet With(Contracts.Values.HostName name, Func<FleetHost, FleetHost> change)
    {
        var fleet = Given.Fleet();
        return fleet with { Hosts = [.. fleet.Hosts.Select(host => host.Inventory.Host == name ? change(host) : host)] };
    }
}
