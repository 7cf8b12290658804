using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Core.Tests;

public sealed class When_options_are_checked
{
    public static TheoryData<MigrationOptions, string> Conflicts => new()
    {
        { new() { ParallelConnections = 2, PostCopy = true }, "parallel connections and post-copy: QEMU refuses them together" },
        { new() { ParallelConnections = 2, Compression = ["xbzrle"] }, "parallel connections and xbzrle compression: QEMU refuses them together" },
        { new() { Compression = ["zstd"] }, "zlib and zstd compression need parallel connections" },
        { new() { AutoConvergeIncrement = new Percent(5) }, "auto-converge steps need auto-converge" },
        { new() { Timeout = TimeSpan.FromSeconds(1), TimeoutAction = TimeoutAction.PostCopy }, "a timeout that switches to post-copy needs post-copy, because QEMU enables it at the start only" },
        { new() { MigrateDisks = ["vda"] }, "disks to copy need storage to be copied: add --copy-storage-all or --copy-storage-inc" },
        { new() { PostCopyBandwidth = LibvirtLimits.BandwidthMin }, "a post-copy bandwidth needs post-copy" },
        { new() { Live = false, PostCopy = true }, "post-copy migrates a running VM, and without --live the VM is paused" },
    };

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Each_conflict_has_one_text(MigrationOptions options, string message) =>
        MigrationOptionsValidator.Validate(options, new()).ShouldBe([new Refusal(RefusalCode.ConflictingOptions, message)]);

    [Fact]
    public void The_bounds_themselves_are_accepted()
    {
        foreach (var downtime in new[] { QemuLimits.MaxDowntimeMin, QemuLimits.DefaultMaxDowntime, QemuLimits.MaxDowntimeMax })
            MigrationOptionsValidator.CheckDowntime(downtime).ShouldBeNull();
        foreach (var bandwidth in new[] { LibvirtLimits.BandwidthMin, LibvirtLimits.BandwidthMax })
            MigrationOptionsValidator.CheckBandwidth(bandwidth, bandwidth).ShouldBeNull();
        MigrationOptionsValidator.CheckThrottle(new Percent(QemuAutoConverge.MaxPercent)).ShouldBeNull();
    }

    [Fact]
    public void Values_just_beyond_a_bound_are_rejected()
    {
        var tick = TimeSpan.FromTicks(1);
        MigrationOptionsValidator.CheckDowntime(QemuLimits.MaxDowntimeMin - tick).ShouldNotBeNull();
        MigrationOptionsValidator.CheckDowntime(QemuLimits.MaxDowntimeMax + tick, "downtime budget")!.Message
            .ShouldBe("downtime budget 2000000 ms: QEMU accepts 1 ms to 2000000 ms");
        MigrationOptionsValidator.CheckBandwidth(new BytesPerSecond(LibvirtLimits.BandwidthMin.Count - 1), null).ShouldNotBeNull();
        MigrationOptionsValidator.CheckBandwidth(null, new BytesPerSecond(LibvirtLimits.BandwidthMin.Count - 1)).ShouldNotBeNull();
        MigrationOptionsValidator.CheckStallingLimit(TimeSpan.Zero).ShouldNotBeNull();
    }

    [Fact]
    public void Each_compression_method_works_with_or_without_parallel_connections()
    {
        CompressionMethods.Supported(CompressionMethods.All, isParallel: false).ShouldBe(["xbzrle"]);
        CompressionMethods.Supported(["zstd", "xbzrle", "zlib"], isParallel: true).ShouldBe(["zstd", "zlib"]);
    }
}
