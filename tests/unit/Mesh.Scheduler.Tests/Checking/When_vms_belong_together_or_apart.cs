using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_vms_belong_together_or_apart
{
    private static readonly VmDescription Partner = Given.Vm("g2", ("app", "db"));

    [Fact]
    public void Should_follow_the_partner_to_its_destination()
    {
        var fleet = Ruled(apart: false).WithVms(Given.HostA, Partner) with { Migrations = [Given.Migration("g2", Given.HostB)] };
        new EligibilityQuery(fleet).Check().ShouldBeEmpty();
        new EligibilityQuery(fleet) { To = Given.HostC }.Check().ShouldHaveSingleItem().Message
            .ShouldBe("rule 'pair' keeps g1 off hostc and together with g2 migrating to hostb; use a drain to migrate them together");
    }

    [Fact]
    public void Should_not_leave_a_partner_that_stays()
    {
        var fleet = Ruled(apart: false).WithVms(Given.HostA, Partner);
        new EligibilityQuery(fleet).Check().ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.VmAffinity);
        new EligibilityQuery(fleet.WithVm(vm => vm with { Labels = Given.Labels() })).Check().ShouldBeEmpty();
        new EligibilityQuery(Ruled(apart: false).WithVms(Given.HostA, Partner with { Status = VmStatus.Down })).Check().ShouldBeEmpty();
    }

    [Fact]
    public void Should_leave_a_partner_that_a_drain_moves_too()
    {
        var fleet = Ruled(apart: false).WithVms(Given.HostA, Partner);
        new EligibilityQuery(fleet.With(Given.HostA, host => host with { Cordon = new(Given.HostA, CordonState.Draining, "ann", Given.Now) })).Check().ShouldBeEmpty();
        new EligibilityQuery(fleet.With(Given.HostA, host => host with { Cordon = new(Given.HostA, CordonState.Cordoned, "ann", Given.Now) })).Check().ShouldNotBeEmpty();
        new EligibilityQuery(fleet with { Migrations = [Given.Migration("g2", null, MigrationPhase.Queued) with { Drain = "d1" }] }).Check().ShouldBeEmpty();
        new EligibilityQuery(fleet with { Migrations = [Given.Migration("g2", null, MigrationPhase.Queued)] }).Check().ShouldNotBeEmpty();
    }

    [Fact]
    public void Should_follow_a_partner_of_the_same_drain_as_soon_as_its_host_is_decided()
    {
        var fleet = Ruled(apart: false).WithVms(Given.HostA, Partner)
            .With(Given.HostA, host => host with { Cordon = new(Given.HostA, CordonState.Draining, "ann", Given.Now) }) with
        { Migrations = [Given.Migration("g2", Given.HostC) with { Drain = "d1" }] };
        new EligibilityQuery(fleet).Check().ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.VmAffinity);
        new EligibilityQuery(fleet) { To = Given.HostC }.Check().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(MigrationPhase.Queued, true, false)]
    [InlineData(MigrationPhase.Preparing, false, false)]
    [InlineData(MigrationPhase.PostCopy, false, false)]
    [InlineData(MigrationPhase.Confirming, false, false)]
    public void Should_avoid_both_hosts_of_a_migrating_VM(MigrationPhase phase, bool toB, bool toC)
    {
        var fleet = Ruled(apart: true).WithVms(Given.HostC, Partner) with { Migrations = [Given.Migration("g2", Given.HostB, phase)] };
        (new EligibilityQuery(fleet).Check().Count == 0).ShouldBe(toB);
        (new EligibilityQuery(fleet) { To = Given.HostC }.Check().Count == 0).ShouldBe(toC);
    }

    [Fact]
    public void Should_not_avoid_itself()
    {
        var fleet = Ruled(apart: true) with { Migrations = [Given.Migration("g1", Given.HostB)] };
        new EligibilityQuery(fleet) { Except = new("m1") }.Check().ShouldBeEmpty();
    }

    [Fact]
    public void Should_list_only_a_few_of_many()
    {
        var fleet = Ruled(apart: true).WithVms(Given.HostB, [.. Enumerable.Range(2, 7).Select(n => Given.Vm($"g{n}", ("app", "db")))]);
        new EligibilityQuery(fleet).Check().ShouldHaveSingleItem().Message
            .ShouldBe("rule 'pair' keeps g1 apart from g2, g3, g4 and 4 more, on or migrating to hostb");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Should_violate_the_rule_if_allowed(bool apart)
    {
        var fleet = Ruled(apart).WithVms(apart ? Given.HostB : Given.HostC, Partner);
        new EligibilityQuery(fleet).Check().ShouldNotBeEmpty();
        new EligibilityQuery(fleet) { RelaxAffinity = true }.Check().ShouldBeEmpty();
    }

    private static Fleet Ruled(bool apart) =>
        EligibilityCases.Ruled(new() { VmAffinity = [new("pair", Given.Labels(("app", "db")), apart)] }, ("app", "db"));
}
