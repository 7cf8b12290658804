using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_request_is_checked
{
    private static readonly VmDescription Plain = Given.CreateVm(Given.Disk("vda"));

    public static TheoryData<RefusalCode, MigrationFacts, MigrationOptions> Refused => new()
    {
        { RefusalCode.UnknownVm, Given.Facts() with { Candidates = [] }, new() },
        { RefusalCode.AmbiguousVm, Given.Facts() with { Candidates = [new(Given.Source, Plain), new(Given.Source, Plain with { Id = new VmId(Guid.Empty) })] }, new() },
        { RefusalCode.VmNotRunning, Given.Facts(Plain with { Status = VmStatus.Down }), new() },
        { RefusalCode.AlreadyMigrating, Given.Facts() with { OtherMigration = new MigrationId("other") }, new() },
        { RefusalCode.AlreadyMigrating, Given.Facts(Plain with { Status = VmStatus.MigratingFrom }), new() },
        { RefusalCode.SameHost, Given.Facts() with { Candidates = [new(Given.Destination, Plain)] }, new() },
        { RefusalCode.UnknownDisk, Given.Facts(Plain), new() { CopyStorage = CopyStorage.All, MigrateDisks = ["vdz"] } },
        { RefusalCode.DiskNotWritable, Given.Facts(Given.CreateVm(Given.Disk("sda", DiskDevice.CdRom, source: ""))), new() { CopyStorage = CopyStorage.All, MigrateDisks = ["sda"] } },
        { RefusalCode.DiskNotWritable, Given.Facts(Given.CreateVm(Given.Disk("vdb", readOnly: true))), new() { CopyStorage = CopyStorage.All, MigrateDisks = ["vdb"] } },
        { RefusalCode.DiskNotWritable, Given.Facts(Given.CreateVm()), new() { CopyStorage = CopyStorage.All } },
        { RefusalCode.CdRomInserted, Given.Facts(Given.CreateVm(Given.Disk("sda", DiskDevice.CdRom))), new() },
        { RefusalCode.HostDeviceAttached, Given.Facts(Plain with { HostDevices = [new("pci", "0000:3b:00.0")] }), new() },
        { RefusalCode.InvalidOption, Given.Facts(), new() { MaxDowntime = TimeSpan.Zero } },
        { RefusalCode.InvalidOption, Given.Facts(), new() { MaxDowntime = TimeSpan.FromSeconds(2001) } },
        { RefusalCode.InvalidOption, Given.Facts(), new() { ParallelConnections = 256 } },
        { RefusalCode.InvalidOption, Given.Facts(), new() { Compression = ["mt"], ParallelConnections = 2 } },
        { RefusalCode.InvalidOption, Given.Facts(), new() { AutoConverge = true, AutoConvergeInitial = new Percent(100) } },
        { RefusalCode.InvalidOption, Given.Facts(), new() { Bandwidth = new BytesPerSecond(1000) } },
        { RefusalCode.InvalidOption, Given.Facts(), new() { MigrationUri = "10.0.0.2" } },
        { RefusalCode.InvalidOption, Given.Facts(), new() { Timeout = TimeSpan.Zero } },
        { RefusalCode.InvalidOption, Given.Facts(), new() { KeepAliveCount = 0 } },
        { RefusalCode.ConflictingOptions, Given.Facts(), new() { ParallelConnections = 2, PostCopy = true } },
        { RefusalCode.ConflictingOptions, Given.Facts(), new() { ParallelConnections = 2, Compression = ["xbzrle"] } },
        { RefusalCode.ConflictingOptions, Given.Facts(), new() { Compression = ["zstd"] } },
        { RefusalCode.ConflictingOptions, Given.Facts(), new() { AutoConvergeIncrement = new Percent(10) } },
        { RefusalCode.ConflictingOptions, Given.Facts(), new() { Timeout = TimeSpan.FromSeconds(1), TimeoutAction = TimeoutAction.PostCopy } },
        { RefusalCode.ConflictingOptions, Given.Facts(Plain), new() { MigrateDisks = ["vda"] } },
        { RefusalCode.ConflictingOptions, Given.Facts(), new() { PostCopyBandwidth = BytesPerSecond.FromMebibytes(10) } },
        { RefusalCode.ConflictingOptions, Given.Facts(), new() { Live = false, PostCopy = true } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Should_refuse_for_exactly_that_reason(RefusalCode code, MigrationFacts facts, MigrationOptions options)
    {
        var migration = new MigrationDriver(options, facts: facts);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Refused);
        migration.State.Refusals.Select(refusal => refusal.Code).Distinct().ShouldBe([code]);
        migration.State.Refusals.ShouldAllBe(refusal => refusal.Message.Length > 10);
        migration.Commands.ShouldBeEmpty();
    }

    [Fact]
    public void Should_report_all_reasons_at_once()
    {
        var facts = Given.Facts(Plain with { Status = VmStatus.Down, HostDevices = [new("pci", "0000:3b:00.0")] });
        new MigrationDriver(new MigrationOptions { KeepAliveCount = 0 }, facts: facts).State.Refusals.Select(refusal => refusal.Code).ShouldBe(
            [RefusalCode.InvalidOption, RefusalCode.VmNotRunning, RefusalCode.HostDeviceAttached]);
    }

    [Fact]
    public void Should_refuse_for_the_schedulers_reasons_and_report_each_reason_once()
    {
        Refusal[] refusals = [new(RefusalCode.Cordoned, "hostb is cordoned"), new(RefusalCode.VmNotRunning, "g1 is not running on hosta")];
        var state = MigrationStateMachine.Apply(null, new RequestReceived(Given.Request(new MigrationOptions { KeepAliveCount = 0 }), Given.Facts(Plain with { Status = VmStatus.Down }), refusals), Given.Start).State;
        state.Outcome.ShouldBe(MigrationOutcome.Refused);
        state.Refusals.Select(refusal => refusal.Code).ShouldBe([RefusalCode.Cordoned, RefusalCode.VmNotRunning, RefusalCode.InvalidOption]);
        state.Reason.ShouldStartWith("hostb is cordoned; g1 is not running on hosta; ");
    }

    public static TheoryData<string, RequestMigration> BadRequests => new()
    {
        { "the number of hosts to try must be at least one", Given.Request() with { HostsTriedMax = 0 } },
        { "downtime budget 0 ms: QEMU accepts 1 ms to 2000000 ms", Given.Request() with { DowntimeBudget = TimeSpan.Zero } },
        { "the deadline must be longer than zero", Given.Request() with { Deadline = TimeSpan.Zero } },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public void Should_report_what_would_be_accepted(string text, RequestMigration request)
    {
        var refusal = MigrationDriver.Waiting(request).State.Refusals.ShouldHaveSingleItem();
        refusal.Code.ShouldBe(RefusalCode.InvalidOption);
        refusal.Message.ShouldContain(text);
    }

    [Fact]
    public void Should_leave_hosts_to_the_scheduler_unless_the_VM_is_already_on_the_only_one()
    {
        var facts = Given.Facts() with { Candidates = [new(Given.Destination, Plain)] };
        MigrationDriver.Waiting(Given.Request(), facts).State.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.SameHost);
        MigrationDriver.Waiting(Given.Request(alternatives: Given.Third), facts).State.Phase.ShouldBe(MigrationPhase.Queued);
        MigrationDriver.Waiting(Given.Request() with { To = null }, facts).State.Phase.ShouldBe(MigrationPhase.Queued);
    }

    [Fact]
    public void Should_accept_all_compatible_options()
    {
        var options = new MigrationOptions
        {
            AutoConverge = true,
            AutoConvergeInitial = new Percent(20),
            AutoConvergeIncrement = new Percent(20),
            PostCopy = true,
            PostCopyBandwidth = BytesPerSecond.FromMebibytes(64),
            Bandwidth = BytesPerSecond.FromMebibytes(32),
            Compression = ["xbzrle"],
            Timeout = TimeSpan.FromMinutes(2),
            TimeoutAction = TimeoutAction.PostCopy,
            Persistent = true,
            UndefineSource = true,
            CopyStorage = CopyStorage.All,
            MigrateDisks = ["vda"],
            MaxDowntime = TimeSpan.FromMilliseconds(500),
            KeepAliveInterval = TimeSpan.FromSeconds(5),
            KeepAliveCount = 3,
            Tls = true,
            MigrationUri = "tcp://10.0.0.2:49152",
            Unsafe = true,
        };
        new MigrationDriver(options, facts: Given.Facts(Plain)).State.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public void Should_find_the_VM_where_it_runs()
    {
        var facts = Given.Facts() with { Candidates = [new(new HostName("hostz"), Plain with { Status = VmStatus.Down }), new(Given.Source, Plain)] };
        new MigrationDriver(facts: facts).State.Source.ShouldBe(Given.Source);
    }
}
