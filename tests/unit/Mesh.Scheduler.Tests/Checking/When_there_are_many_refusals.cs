using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_there_are_many_refusals
{
    [Fact]
    public void Should_report_every_reason_at_once()
    {
        var fleet = Given.Fleet()
            .WithVm(vm => vm with
            {
                Status = VmStatus.Paused,
                Lock = VmLock.Backup,
                HostDevices = [new("pci", "0000:3b:00.0"), new("mdev", "")],
                Placement = new(true, Given.Labels(("zone", "z"))),
                Memory = Bytes.FromGibibytes(20),
                VCpus = 99,
            })
            .With(Given.HostB, host => host with { HypervisorReachable = false, Cordon = new(Given.HostB, CordonState.Cordoned, "ann", Given.Now) });
        new EligibilityQuery(fleet) { Options = new() { KeepAliveCount = 0 } }.Check().Select(refusal => refusal.Code).ShouldBe(
        [
            RefusalCode.InvalidOption, RefusalCode.VmNotRunning, RefusalCode.VmLocked, RefusalCode.VmPinned, RefusalCode.HostDeviceAttached, RefusalCode.HostDeviceAttached,
            RefusalCode.HostUnavailable, RefusalCode.Cordoned, RefusalCode.NotEnoughCpus, RefusalCode.NotEnoughMemory, RefusalCode.HostLabelMismatch,
        ]);
    }

    [Fact]
    public void Should_list_every_missing_feature() => Message(Given.Fleet().WithVm(vm => vm with { CpuFeatures = ["amx-tile", "aes", "avx512f"] }))
        .ShouldBe("the CPUs of hostb lack amx-tile, avx512f, which g1 needs");

    [Fact]
    public void Should_report_how_much_memory_is_reserved()
    {
        var fleet = Given.Fleet().WithVms(Given.HostA, Given.Vm("g2") with { Memory = Bytes.FromGibibytes(14) }) with
        {
            Migrations = [Given.Migration("g2", Given.HostB)],
            Limits = new() { MemoryReserve = Bytes.FromGibibytes(1) },
        };
        Message(fleet).ShouldBe(
            "hostb has 16 GiB of memory free, of which 14 GiB is reserved for incoming migrations and 1 GiB for the host, and g1 needs 2 GiB");
    }

    [Fact]
    public void Should_report_who_cordoned_a_host_and_why() =>
        Message(Given.Fleet().With(Given.HostB, host => host with { Cordon = new(Given.HostB, CordonState.Maintenance, "ann", Given.Now, "new disks") }))
            .ShouldBe("hostb was put into maintenance by ann (new disks); `mesh uncordon hostb` ends it");

    [Fact]
    public void Should_report_that_a_selector_by_name_pins_the_VM() =>
        new EligibilityQuery(Given.Fleet().WithVm(vm => vm with { Placement = new(false, Given.Labels(("host", "hosta"))) })).Check()
            .Select(refusal => refusal.Code).ShouldBe([RefusalCode.VmPinned, RefusalCode.HostLabelMismatch]);

    [Fact]
    public void Should_refuse_a_host_with_a_definition_of_another_VM_of_that_name()
    {
        var fleet = Given.Fleet().WithVms(Given.HostB, Given.Vm("g1") with { Id = Given.IdOf("other"), Status = VmStatus.Down });
        var index = new FleetIndex(fleet);
        Eligibility.CheckHost(index, index.FindVm(Given.IdOf("g1"))!, Given.HostB, new()).ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.VmExistsOnDestination);
    }

    [Fact]
    public void Should_check_a_single_host_by_its_own_facts()
    {
        var host = Given.Host(Given.HostB);
        var facts = new DestinationFacts(Given.HostB, HostHealth.Healthy, true, host.Inventory, Given.Now);
        var vm = Given.Vm("g1");
        MigrationEligibility.CheckAdmission(facts, new(Given.HostA, vm), Given.Now).ShouldBeEmpty();
        MigrationEligibility.CheckAdmission(facts, new(Given.HostA, vm with { MachineType = "pc-q35-10.1", CpuModel = "EPYC", CpuFeatures = ["sev"], Memory = Bytes.FromGibibytes(17) }), Given.Now)
            .Select(refusal => refusal.Code)
            .ShouldBe([RefusalCode.MachineType, RefusalCode.CpuModel, RefusalCode.CpuFeature, RefusalCode.NotEnoughMemory]);
    }

    private static string Message(Fleet fleet) => new EligibilityQuery(fleet).Check().ShouldHaveSingleItem().Message;
}
