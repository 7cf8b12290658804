using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_a_vm_is_resolved
{
    [Fact]
    public void Should_find_it_by_name_and_by_uuid()
    {
        var index = new FleetIndex(Given.Fleet());
        Eligibility.ResolveVm(index, "g1").Located!.Host.ShouldBe(Given.HostA);
        Eligibility.ResolveVm(index, $"{Given.IdOf("g1")}").Located!.Vm.Name.ShouldBe("g1");
        Eligibility.ResolveVm(index, $"{Given.IdOf("g9")}").Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownVm);
    }

    [Theory]
    [InlineData(VmStatus.Down)]
    [InlineData(VmStatus.MigratingTo)]
    [InlineData(VmStatus.Paused)]
    public void Should_be_on_the_host_where_it_runs(VmStatus elsewhere)
    {
        var fleet = Given.Fleet(Given.Vm("g1") with { Status = elsewhere }).WithVms(Given.HostC, Given.Vm("g1"));
        Eligibility.ResolveVm(new(fleet), "g1").Located!.Host.ShouldBe(Given.HostC);
    }

    [Fact]
    public void Should_not_be_on_a_fenced_host()
    {
        var fleet = Given.Fleet().With(Given.HostA, host => host with { Health = HostHealth.Fenced })
            .WithVms(Given.HostB, Given.Vm("g1") with { Status = VmStatus.Down });
        Eligibility.ResolveVm(new(fleet), "g1").Located!.Host.ShouldBe(Given.HostB);
    }

    [Fact]
    public void Should_list_all_VMs_of_the_same_name()
    {
        var fleet = Given.Fleet().WithVms(Given.HostB, Given.Vm("g1") with { Id = Given.IdOf("other") });
        var refusal = Eligibility.ResolveVm(new(fleet), "g1").Refusals.ShouldHaveSingleItem();
        refusal.Code.ShouldBe(RefusalCode.AmbiguousVm);
        refusal.Message.ShouldContain($"{Given.IdOf("g1")} on hosta");
        refusal.Message.ShouldContain($"{Given.IdOf("other")} on hostb");
        Eligibility.ResolveVm(new(fleet), $"{Given.IdOf("other")}").Located!.Host.ShouldBe(Given.HostB);
    }
}
