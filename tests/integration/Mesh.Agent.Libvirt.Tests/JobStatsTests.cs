namespace Mesh.Agent.Libvirt.Tests;

public class JobStatsTests
{
    // A running migration as libvirt 9.0 reported it.
    private static readonly TypedParameters Running = new(
    [
        TypedParameter.FromInt32("operation", 5),
        TypedParameter.FromUInt64("time_elapsed", 12_345),
        TypedParameter.FromUInt64("downtime", 4015),
        TypedParameter.FromUInt64("setup_time", 3),
        TypedParameter.FromUInt64("data_total", 201_400_320),
        TypedParameter.FromUInt64("data_remaining", 4_194_304),
        TypedParameter.FromUInt64("memory_bps", 16_777_216),
        TypedParameter.FromUInt64("memory_dirty_rate", 4080),
        TypedParameter.FromUInt64("memory_page_size", 4096),
        TypedParameter.FromUInt64("memory_iteration", 7),
        TypedParameter.FromInt32("auto_converge_throttle", 40),
        TypedParameter.FromUInt64("of_a_newer_libvirt", 1),
    ]);

    [Fact]
    public void Statistics_have_types_and_units_and_unreported_ones_are_null()
    {
        var stats = DomainJobStats.From(DomainJobType.Unbounded, Running);

        stats.IsRunning.ShouldBeTrue();
        stats.Operation.ShouldBe(DomainJobOperation.MigrationOut);
        stats.TimeElapsed.ShouldBe(TimeSpan.FromMilliseconds(12_345));
        stats.Downtime.ShouldBe(TimeSpan.FromMilliseconds(4015));
        stats.SetupTime.ShouldBe(TimeSpan.FromMilliseconds(3));
        stats.DataTotalBytes.ShouldBe(201_400_320);
        stats.DataRemainingBytes.ShouldBe(4_194_304);
        stats.MemoryBytesPerSecond.ShouldBe(16_777_216);
        stats.MemoryDirtyPagesPerSecond.ShouldBe(4080);
        stats.MemoryPageSizeBytes.ShouldBe(4096);
        stats.MemoryIteration.ShouldBe(7);
        stats.AutoConvergeThrottlePercent.ShouldBe(40);
        stats.DowntimeNet.ShouldBeNull();
        stats.Success.ShouldBeNull();
        stats.DiskTotalBytes.ShouldBeNull();
        stats.Raw.ByName["of_a_newer_libvirt"].ShouldBe(1UL);
    }

    [Fact]
    public void No_job_has_no_statistics()
    {
        var stats = DomainJobStats.From(DomainJobType.None, TypedParameters.Empty);

        stats.IsRunning.ShouldBeFalse();
        stats.Operation.ShouldBeNull();
        stats.TimeElapsed.ShouldBeNull();
    }

    [Fact]
    public void A_job_that_ended_has_failed_only_if_libvirt_reports_it()
    {
        var failed = new TypedParameters(
            [TypedParameter.FromBoolean("success", false), TypedParameter.FromString("errmsg", "disk full")]);

        DomainJobStats.FromCompletedEvent(Running).Type.ShouldBe(DomainJobType.Completed);
        DomainJobStats.FromCompletedEvent(failed).Type.ShouldBe(DomainJobType.Failed);
        DomainJobStats.FromCompletedEvent(failed).ErrorMessage.ShouldBe("disk full");
    }
}
