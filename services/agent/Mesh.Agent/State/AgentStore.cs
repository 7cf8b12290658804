using System.Text.Json;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.State;

/// <summary>An agent's state: in memory and, if it has a file, on disk before anyone acts on it.</summary>
internal sealed class AgentStore
{
    private readonly Lock _lock = new();
    private readonly AgentStateFile? _file;
    private readonly int _recordsKeptMax;
    private readonly ILogger _log;
    private bool _isStateLost;
    private AgentState _state;

    public AgentStore(AgentStateFile? file, int recordsKeptMax, ILogger log)
    {
        (_file, _recordsKeptMax, _log) = (file, recordsKeptMax, log);
        _state = Load();
    }

    public AgentState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    public MigrationRecord? Find(MigrationId migration, Epoch epoch) => State.Find(migration, epoch);

    /// <summary>
    /// Starts an agent process and returns its epoch: the time in milliseconds, but always greater than the previous process's, because
    /// the mesh drops reports of a smaller one as stale, and the clock may have been set back.
    /// </summary>
    /// <exception cref="ProblemException">The state cannot be written, so that no command could be accepted.</exception>
    public long StartAgentEpoch(DateTimeOffset now)
    {
        lock (_lock)
        {
            var number = now.ToUnixTimeMilliseconds();
            var started = _state with
            {
                AgentEpoch = Math.Max(number, _state.AgentEpoch + 1),
                MinimumEpoch = _isStateLost ? new Epoch(number) : _state.MinimumEpoch,
            };
            try
            {
                Save(started);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ProblemException($"the agent cannot write its state to '{_file!.Path}' (Agent:StateDirectory): {e.Message}", e);
            }

            return _state.AgentEpoch;
        }
    }

    /// <summary>The record of the command's attempt, which from now on supersedes older attempts for the VM.</summary>
    public MigrationRecord GetOrAdd(AgentCommand command, DateTimeOffset now)
    {
        lock (_lock)
        {
            var latest = new VmEpoch(command.VmId, command.Epoch, command.MigrationId);
            var known = _state.Find(command.MigrationId, command.Epoch);
            if (known is not null && _state.FindVmEpoch(command.VmId) == latest)
                return known;

            var record = known ?? new MigrationRecord
            {
                MigrationId = command.MigrationId,
                Epoch = command.Epoch,
                VmId = command.VmId,
                FirstSeenAt = now,
                TraceParent = command.TraceParent,
            };
            Save(_state.With(record).With(latest));
            return record;
        }
    }

    /// <summary>Changes a record before anyone acts on the change.</summary>
    /// <exception cref="IOException">It could not be written, and is unchanged.</exception>
    public MigrationRecord Update(MigrationRecord record, Func<MigrationRecord, MigrationRecord> change)
    {
        lock (_lock)
        {
            var changed = change(_state.Find(record.MigrationId, record.Epoch) ?? record);
            Save(_state.With(changed));
            return changed;
        }
    }

    /// <summary>Records something that has happened. If it cannot be written it is remembered until the process exits.</summary>
    public MigrationRecord UpdateBestEffort(MigrationRecord record, Func<MigrationRecord, MigrationRecord> change)
    {
        lock (_lock)
        {
            var changed = change(_state.Find(record.MigrationId, record.Epoch) ?? record);
            var all = _state.With(changed).Pruned(_recordsKeptMax);
            try
            {
                Save(all);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _log.StateNotWritten(e);
                _state = all;
            }

            return changed;
        }
    }

    /// <inheritdoc cref="Update" />
    public SourceRecord UpdateSource(MigrationRecord record, Func<SourceRecord, SourceRecord> change) => Update(record, OnSource(change)).Source!;

    /// <inheritdoc cref="UpdateBestEffort" />
    public SourceRecord UpdateSourceBestEffort(MigrationRecord record, Func<SourceRecord, SourceRecord> change) => UpdateBestEffort(record, OnSource(change)).Source!;

    /// <inheritdoc cref="Update" />
    public void UpdateDestination(MigrationRecord record, Func<DestinationRecord, DestinationRecord> change) => Update(record, OnDestination(change));

    /// <inheritdoc cref="UpdateBestEffort" />
    public void UpdateDestinationBestEffort(MigrationRecord record, Func<DestinationRecord, DestinationRecord> change) => UpdateBestEffort(record, OnDestination(change));

    private static Func<MigrationRecord, MigrationRecord> OnSource(Func<SourceRecord, SourceRecord> change) => known => known with { Source = change(known.Source!) };

    private static Func<MigrationRecord, MigrationRecord> OnDestination(Func<DestinationRecord, DestinationRecord> change) =>
        known => known with { Destination = change(known.Destination ?? new DestinationRecord()) };

    private void Save(AgentState state)
    {
        var pruned = state.Pruned(_recordsKeptMax);
        _file?.Write(pruned);
        _state = pruned;
    }

    private AgentState Load()
    {
        try
        {
            return _file?.Read() ?? AgentState.Empty;
        }
        catch (JsonException e)
        {
            _file!.Quarantine();
            _log.StateCorrupt(e, _file.CorruptPath);
            _isStateLost = true;
            return AgentState.Empty;
        }
    }
}
