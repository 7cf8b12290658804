using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Jobs;

public sealed class StatusTests
{
    [Theory]
    [InlineData(VmRunState.Running, false, false, VmStatus.Up)]
    [InlineData(VmRunState.Running, true, false, VmStatus.MigratingFrom)]
    [InlineData(VmRunState.Running, false, true, VmStatus.Up)]
    [InlineData(VmRunState.Paused, false, false, VmStatus.Paused)]
    [InlineData(VmRunState.Paused, true, false, VmStatus.MigratingFrom)]
    [InlineData(VmRunState.PausedMigrating, false, false, VmStatus.MigratingTo)]
    [InlineData(VmRunState.PausedMigrating, true, false, VmStatus.MigratingFrom)]
    [InlineData(VmRunState.PausedStarting, false, false, VmStatus.Paused)]
    [InlineData(VmRunState.PausedStarting, false, true, VmStatus.MigratingTo)]
    [InlineData(VmRunState.PausedPostCopy, false, false, VmStatus.MigratingFrom)]
    [InlineData(VmRunState.RunningPostCopy, false, true, VmStatus.MigratingTo)]
    [InlineData(VmRunState.PostCopyFailed, true, false, VmStatus.PostCopyFailed)]
    [InlineData(VmRunState.Down, false, true, VmStatus.Down)]
    [InlineData(VmRunState.DownMigrated, true, false, VmStatus.Down)]
    public void A_vms_status(VmRunState state, bool hasOutgoingJob, bool expectsIncoming, VmStatus expected) =>
        VmStatusMapping.FromRunState(state, hasOutgoingJob, expectsIncoming).ShouldBe(expected);

    [Theory]
    [InlineData(0, 0, 0, VmRunState.Running, false, JobPhase.Setup)]
    [InlineData(100, 50, 0, VmRunState.Running, false, JobPhase.DiskCopy)]
    [InlineData(100, 0, 10, VmRunState.Running, false, JobPhase.PreCopy)]
    [InlineData(0, 0, 10, VmRunState.Running, false, JobPhase.PreCopy)]
    [InlineData(0, 0, 10, VmRunState.PausedMigrating, false, JobPhase.SwitchOver)]
    [InlineData(0, 0, 10, VmRunState.PausedMigrating, true, JobPhase.PreCopy)]
    [InlineData(0, 0, 10, VmRunState.PausedPostCopy, false, JobPhase.PostCopy)]
    [InlineData(0, 0, 10, VmRunState.PostCopyFailed, false, JobPhase.PostCopyFailed)]
    [InlineData(0, 0, 10, null, false, JobPhase.PreCopy)]
    public void A_job_s_phase(long diskTotal, long diskRemaining, long memorySent, VmRunState? state, bool isStopped, JobPhase expected)
    {
        var copy = new CopyStatistics
        {
            Disk = new TransferProgress(new Bytes(diskTotal), new Bytes(diskRemaining), new Bytes(diskTotal - diskRemaining)),
            Memory = new TransferProgress(new Bytes(100), new Bytes(100 - memorySent), new Bytes(memorySent)),
        };

        JobPhases.FromStats(copy, state, isStopped).ShouldBe(expected);
    }

    [Fact]
    public void A_job_without_statistics_is_being_set_up() => JobPhases.FromStats(null, VmRunState.Running, false).ShouldBe(JobPhase.Setup);

    [Theory]
    [InlineData(JobPhase.PreCopy, 199, 100, true)]
    [InlineData(JobPhase.PreCopy, 201, 100, false)]
    [InlineData(JobPhase.PreCopy, 1, 0, false)]
    [InlineData(JobPhase.SwitchOver, 1000, 1, true)]
    [InlineData(JobPhase.PostCopy, 1000, 1, true)]
    [InlineData(JobPhase.DiskCopy, 1, 100, false)]
    public void A_job_near_its_end_is_polled_more_often(JobPhase phase, long remaining, long bandwidth, bool expected) =>
        JobPhases.IsNearEnd(
            new MigrationSample
            {
                MigrationId = new MigrationId("m"),
                Epoch = new Epoch(1),
                VmId = Vm.Id(1),
                Phase = phase,
                Copy = new() { Memory = new TransferProgress(new Bytes(1000), new Bytes(remaining), Bytes.Zero), Bandwidth = new BytesPerSecond(bandwidth) },
            },
            TimeSpan.FromSeconds(2)).ShouldBe(expected);
}
