using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Values;
using Mesh.Hosting.Background;

namespace Mesh.Agent.Jobs;

/// <summary>One outgoing job: its record, which the parts that monitor and change it share, and the signal that wakes its monitor.</summary>
/// <param name="agent">The agent.</param>
/// <param name="store">The agent's state.</param>
/// <param name="record">The job, recorded as started.</param>
/// <param name="isNew">The job is yet to be started; otherwise an earlier agent process started it.</param>
internal sealed class MigrationJob(AgentContext agent, AgentStore store, MigrationRecord record, bool isNew)
{
    private readonly AsyncSignal _wake = new();

    public MigrationId MigrationId => record.MigrationId;

    public VmId VmId => record.VmId;

    public bool IsNew => isNew;

    /// <summary>The record as it is now.</summary>
    public MigrationRecord Record => store.Find(record.MigrationId, record.Epoch) ?? record;

    public SourceRecord Source => Record.Source!;

    /// <inheritdoc cref="AgentStore.UpdateSource" />
    public SourceRecord UpdateSource(Func<SourceRecord, SourceRecord> change) => store.UpdateSource(record, change);

    /// <inheritdoc cref="AgentStore.UpdateBestEffort" />
    public SourceRecord UpdateSourceBestEffort(Func<SourceRecord, SourceRecord> change) => store.UpdateSourceBestEffort(record, change);

    public void RequestAbortBestEffort() => store.UpdateBestEffort(record, known => known with { IsAbortRequested = true });

    /// <summary>Makes the monitor check the job now.</summary>
    public void Wake() => _wake.Set();

    public Task WaitAsync(TimeSpan max) => _wake.WaitAsync(max, agent.Time, agent.Stopping);
}
