using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>A running migration between two hosts of the model. Guarded by the cluster's lock.</summary>
internal sealed class JobModel(HostModel source, HostModel destination, VmModel atSource, VmModel atDestination, MigrationOptions options)
{
    private TaskCompletionSource<MigrateResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HostModel Source { get; } = source;

    public HostModel Destination { get; } = destination;

    public VmModel SourceVm { get; } = atSource;

    public VmModel DestinationVm { get; } = atDestination;

    public MigrationOptions Options { get; } = options;

    public required SimulatedMigration Progress { get; set; }

    /// <summary>The result of the migrate call; cancelling abandons the wait, not the job.</summary>
    public async Task<MigrateResult> WaitAsync(CancellationToken cancellation)
    {
        var result = _result;
        using var abandoned = cancellation.UnsafeRegister((_, token) => result.TrySetCanceled(token), null);
        return await result.Task;
    }

    /// <summary>Continues a failed post-copy, under another migrate call.</summary>
    public void Resume()
    {
        IsBroken = false;
        _result = new TaskCompletionSource<MigrateResult>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public VmId VmId => SourceVm.Spec.Id;

    /// <summary>Post-copy has failed; the job waits for its recovery.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The destination runs the VM; the source has yet to confirm that and to remove its copy.</summary>
    public bool IsHandedOver { get; set; }

    public void Complete(MigrateResult result) => _result.TrySetResult(result);

    public HypervisorJob ToHypervisorJob(JobOperation operation) => new(operation, ReadStatistics());

    public CopyStatistics ReadStatistics()
    {
        var now = Progress;
        var (rate, running) = (now.RateBytesPerSecond, !now.IsOver);
        var memory = now.Phase is SimulatedPhase.DiskCopy
            ? TransferProgress.None
            : new TransferProgress(now.Memory, new Bytes((long)now.RemainingBytes), new Bytes((long)now.TransferredBytes));
        TimeSpan? expected = now.Iteration > 1 && rate > 0 ? TimeSpan.FromSeconds(now.DirtiedAtSyncBytes / rate) : null;
        return new CopyStatistics
        {
            Elapsed = now.Elapsed,
            SetupTime = TimeSpan.Zero,
            Iteration = now.Iteration,
            Memory = memory,
            Disk = new TransferProgress(now.DiskTotal, new Bytes((long)now.DiskRemainingBytes), new Bytes(now.DiskTotal.Count - (long)now.DiskRemainingBytes)),
            Normal = new Bytes((long)now.NormalBytes),
            Constant = new Bytes(now.Iteration > 1 || now.IsOver ? now.Memory.Count - now.NonZero.Count : 0),
            DirtyPagesPerSecond = (long)(now.DirtyRateBytesPerSecond / MigrationModel.PageBytes),
            PageSize = new Bytes(MigrationModel.PageBytes),
            Bandwidth = new BytesPerSecond((long)rate),
            ExpectedDowntime = running ? expected : null,
            ActualDowntime = running ? null : now.Downtime,
            AutoConvergeThrottle = now.ThrottlePercent > 0 ? new Percent(now.ThrottlePercent) : null,
            PostCopyRequests = now.PostCopyRequests,
        };
    }
}
