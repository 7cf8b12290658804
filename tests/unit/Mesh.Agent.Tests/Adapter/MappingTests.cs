using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt;
using Mesh.Agent.Libvirt.Adapter;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Adapter;

public sealed class MappingTests
{
    [Theory]
    [InlineData(1, 1, VmRunState.Running, "running (booted)")]
    [InlineData(1, 10, VmRunState.RunningPostCopy, "running (post-copy)")]
    [InlineData(1, 11, VmRunState.PostCopyFailed, "running (post-copy failed)")]
    [InlineData(3, 1, VmRunState.Paused, "paused (user)")]
    [InlineData(3, 2, VmRunState.PausedMigrating, "paused (migrating)")]
    [InlineData(3, 11, VmRunState.PausedStarting, "paused (starting up)")]
    [InlineData(3, 12, VmRunState.PausedPostCopy, "paused (post-copy)")]
    [InlineData(3, 13, VmRunState.PostCopyFailed, "paused (post-copy failed)")]
    [InlineData(4, 1, VmRunState.Running, "in shutdown (user)")]
    [InlineData(5, 4, VmRunState.DownMigrated, "shut off (migrated)")]
    [InlineData(5, 3, VmRunState.Down, "shut off (crashed)")]
    [InlineData(6, 1, VmRunState.Down, "crashed (panicked)")]
    [InlineData(7, 0, VmRunState.Paused, "pmsuspended (unknown)")]
    public void A_state_and_its_text(int state, int reason, VmRunState expected, string words)
    {
        var status = new DomainStatus((DomainState)state, reason);

        DomainStateMapping.ToRunState(status).ShouldBe(expected);
        DomainStateMapping.Describe(status).ShouldBe(words);
    }

    [Fact]
    public void A_plain_migration_is_live_peer_to_peer_and_ends_on_disk_errors() =>
        MigrateArguments.CreateFlags(new MigrationOptions()).ShouldBe(MigrateFlags.Live | MigrateFlags.PeerToPeer | MigrateFlags.AbortOnError);

    [Fact]
    public void Every_option_has_its_flag()
    {
        var options = new MigrationOptions
        {
            Live = false,
            AutoConverge = true,
            Compression = ["zstd"],
            ParallelConnections = 2,
            PostCopy = true,
            Tls = true,
            Persistent = true,
            UndefineSource = true,
            CopyStorage = CopyStorage.Incremental,
            Unsafe = true,
        };

        MigrateArguments.CreateFlags(options).ShouldBe(
            MigrateFlags.PeerToPeer | MigrateFlags.AbortOnError | MigrateFlags.AutoConverge | MigrateFlags.Compressed | MigrateFlags.Parallel
            | MigrateFlags.PostCopy | MigrateFlags.Tls | MigrateFlags.PersistDestination | MigrateFlags.UndefineSource
            | MigrateFlags.NonSharedIncremental | MigrateFlags.Unsafe);
        MigrateArguments.CreateFlags(options with { CopyStorage = CopyStorage.All }).HasFlag(MigrateFlags.NonSharedDisk).ShouldBeTrue();
    }

    [Fact]
    public void Every_option_has_its_parameter()
    {
        var parameters = MigrateArguments.CreateParameters(new MigrationOptions
        {
            Bandwidth = BytesPerSecond.FromMebibytes(32),
            PostCopy = true,
            PostCopyBandwidth = BytesPerSecond.FromMebibytes(16),
            MigrateDisks = ["vda", "vdb"],
            Compression = ["xbzrle"],
            AutoConvergeInitial = new Percent(30),
            AutoConvergeIncrement = new Percent(5),
            ParallelConnections = 4,
            MigrationUri = "tcp://10.0.0.2",
        });

        parameters.ToTypedParameters().Select(one => (one.Name, one.Value)).ShouldBe(
            [
                ("migrate_uri", "tcp://10.0.0.2"), ("bandwidth", 32UL), ("bandwidth.postcopy", 16UL), ("migrate_disks", "vda"), ("migrate_disks", "vdb"),
                ("compression", "xbzrle"), ("auto_converge.initial", 30), ("auto_converge.increment", 5), ("parallel.connections", 4),
            ],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1 << 20, 1)]
    [InlineData((3 << 20) / 2 + 1, 2)]
    [InlineData(100 << 20, 100)]
    public void A_rate_is_never_rounded_to_zero(long bytesPerSecond, long mebibytes) =>
        MigrateArguments.ToMebibytesPerSecond(new BytesPerSecond(bytesPerSecond)).ShouldBe(mebibytes);

    [Fact]
    public void A_job_s_statistics()
    {
        var job = JobStatsMapping.FromLibvirt(Stats(
            DomainJobType.Unbounded, ("operation", 5), ("time_elapsed", 1500L), ("downtime", 770L), ("memory_total", 1000L), ("memory_remaining", 400L),
            ("memory_processed", 700L), ("memory_bps", 50L), ("memory_iteration", 3L), ("memory_constant", 2L), ("memory_page_size", 4096L),
            ("memory_dirty_rate", 9L), ("disk_total", 10L), ("disk_remaining", 4L), ("disk_processed", 6L), ("auto_converge_throttle", 20), ("memory_postcopy_requests", 1L)));

        job.ShouldNotBeNull();
        var copy = job.Copy;
        (job.Operation, copy.Elapsed, copy.Iteration, copy.Constant).ShouldBe((JobOperation.MigrationOut, TimeSpan.FromMilliseconds(1500), 3, new Bytes(8192)));
        (copy.Memory.Remaining, copy.Memory.Transferred, copy.Disk.Remaining).ShouldBe((new Bytes(400), new Bytes(700), new Bytes(4)));
        (copy.AutoConvergeThrottle, copy.ExpectedDowntime, copy.ActualDowntime, copy.PostCopyRequests).ShouldBe((new Percent(20), TimeSpan.FromMilliseconds(770), null, 1));
    }

    [Fact]
    public void A_completed_job_s_downtime_is_the_net_downtime() =>
        JobStatsMapping.FromLibvirt(Stats(DomainJobType.Completed, ("operation", 5), ("downtime", 80L), ("downtime_net", 65L)), isEnded: true)!
            .Copy.ActualDowntime.ShouldBe(TimeSpan.FromMilliseconds(65));

    [Fact]
    public void No_job_has_no_statistics() => JobStatsMapping.FromLibvirt(Stats(DomainJobType.None)).ShouldBeNull();

    [Theory]
    [InlineData(DomainLifecycle.Stopped, 3, VmLifecycle.Stopped, true, "Stopped Migrated")]
    [InlineData(DomainLifecycle.Stopped, 2, VmLifecycle.Stopped, false, "Stopped Crashed")]
    [InlineData(DomainLifecycle.Resumed, 1, VmLifecycle.Resumed, true, "Resumed Migrated")]
    [InlineData(DomainLifecycle.Suspended, 7, VmLifecycle.Suspended, true, "Suspended PostCopy", true)]
    [InlineData(DomainLifecycle.Suspended, 0, VmLifecycle.Suspended, false, "Suspended Paused")]
    [InlineData(DomainLifecycle.Crashed, 0, VmLifecycle.Other, false, "Crashed Panicked")]
    public void An_event(DomainLifecycle what, int detail, VmLifecycle expected, bool isByMigration, string words, bool isPostCopy = false)
    {
        var uuid = Guid.NewGuid();

        HypervisorEventMapping.FromLibvirt(new DomainLifecycleEvent("vm", uuid, what, detail))
            .ShouldBe(new VmLifecycleChanged(new VmId(uuid), "vm", expected, isByMigration, words, isPostCopy));
    }

    [Fact]
    public void A_call_without_a_response_is_not_a_refusal() =>
        LibvirtErrorMapping.ToHypervisorException(new TimeoutException(), null).Code.ShouldBe(HypervisorErrorCode.TimedOut);

    private static DomainJobStats Stats(DomainJobType type, params (string Name, object Value)[] values) => new()
    {
        Type = type,
        Raw = new TypedParameters([.. values.Select(one => one.Value is int number ? TypedParameter.FromInt32(one.Name, number) : TypedParameter.FromUInt64(one.Name, (ulong)(long)one.Value))]),
    };
}
