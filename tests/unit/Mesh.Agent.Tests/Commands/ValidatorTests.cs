using Mesh.Agent.Commands;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;

namespace Mesh.Agent.Tests.Commands;

public sealed class ValidatorTests
{
    [Theory]
    [InlineData(1024, true)]
    [InlineData(1023, false)]
    public void A_vm_needs_its_memory_and_a_margin(int freeMebibytes, bool isTaken)
    {
        var capacity = new HostCapacity("x86_64", "", 2, Bytes.FromGibibytes(4), Bytes.FromMebibytes(freeMebibytes));
        var objections = Validate(Vm.Prepare(Vm.Id(1), gibibytes: 0.75), capacity, [], Bytes.FromMebibytes(256));

        objections.Select(one => one.Code).ShouldBe(isTaken ? [] : [RefusalCode.NotEnoughMemory]);
    }

    [Theory]
    [InlineData(1, "vm", VmRunState.Running, true)]
    [InlineData(1, "vm", VmRunState.PausedMigrating, true)]
    [InlineData(1, "vm", VmRunState.Down, false)]
    [InlineData(1, "vm", VmRunState.DownMigrated, false)]
    [InlineData(2, "vm", VmRunState.Running, true)]
    [InlineData(2, "vm", VmRunState.Down, true)]
    [InlineData(2, "other", VmRunState.Running, false)]
    public void A_vm_with_the_same_uuid_or_name_is_a_refusal(int id, string name, VmRunState state, bool isRefused)
    {
        var capacity = new HostCapacity("x86_64", "", 2, Bytes.FromGibibytes(4), Bytes.FromGibibytes(4));
        var objections = Validate(Vm.Prepare(Vm.Id(1)), capacity, [new VmState(Vm.Id(id), name, state, "so")], Bytes.Zero);

        objections.Select(one => one.Code).ShouldBe(isRefused ? [RefusalCode.VmExistsOnDestination] : []);
    }

    [Theory]
    [InlineData(512, 1, false)]
    [InlineData(511, 4, true)]
    public void A_VM_with_huge_pages_needs_those_and_no_normal_memory(int freePages, int freeGibibytes, bool isRefused)
    {
        var capacity = new HostCapacity("x86_64", "", 2, Bytes.FromGibibytes(4), Bytes.FromGibibytes(freeGibibytes))
        {
            HugePages = [new(Bytes.FromMebibytes(2), 1024, freePages)],
        };
        var prepare = Vm.Prepare(Vm.Id(1));
        prepare = prepare with { Vm = prepare.Vm with { HugePageSize = Bytes.FromMebibytes(2) } };

        Validate(prepare, capacity, [], Bytes.FromGibibytes(8)).Select(one => one.Code).ShouldBe(isRefused ? [RefusalCode.NumaOrHugePages] : []);
    }

    public static TheoryData<MigrationOptions, RefusalCode[]> Options => new()
    {
        { new MigrationOptions(), [] },
        { new MigrationOptions { AutoConverge = true, AutoConvergeInitial = new Percent(30) }, [] },
        { new MigrationOptions { AutoConvergeInitial = new Percent(30) }, [RefusalCode.ConflictingOptions] },
        { new MigrationOptions { PostCopyBandwidth = new BytesPerSecond(1) }, [RefusalCode.ConflictingOptions] },
        { new MigrationOptions { ParallelConnections = 2, Compression = ["xbzrle"] }, [RefusalCode.ConflictingOptions] },
        { new MigrationOptions { ParallelConnections = 2, Compression = ["zstd"] }, [] },
        { new MigrationOptions { MigrateDisks = ["vda"] }, [RefusalCode.ConflictingOptions] },
        { new MigrationOptions { CopyStorage = CopyStorage.All, MigrateDisks = ["vda"] }, [] },
        { new MigrationOptions { CopyStorage = CopyStorage.All, MigrateDisks = ["vda", "vdx", "sda", "vdr"] }, [RefusalCode.UnknownDisk, RefusalCode.DiskNotWritable, RefusalCode.DiskNotWritable] },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Options_that_cannot_be_carried_out_are_refused_all_at_once(MigrationOptions options, RefusalCode[] expected) =>
        MigrationOptionsValidator.ValidateCombinations(options)
            .Concat(CopiedDisks.ValidateNames("vm", [Vm.Disk("vda"), Vm.Disk("sda", device: DiskDevice.CdRom), Vm.Disk("vdr", readOnly: true)], options))
            .Select(one => one.Code).ShouldBe(expected);

    private static IReadOnlyList<Refusal> Validate(PrepareIncoming prepare, HostCapacity capacity, IReadOnlyList<VmState> vms, Bytes margin) =>
        IncomingVmValidator.Validate(prepare, new("hosta"), new HostDescription(capacity, new HypervisorInfo("", "QEMU", "10.0.2", "11.0.0")), vms, margin);
}
