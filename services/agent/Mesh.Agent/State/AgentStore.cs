using System.Text.Json;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.State;

/// <summary>An agent's record, in memory and, if it has a file, on disk before anyone acts upon it.</summary>
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
    /// Begins a process of the agent, and gives the number that it goes by: the time in milliseconds, but always more than that of the
    /// process before, because the mesh drops what a smaller one says as old, and a clock may have been set back meanwhile.
    /// </summary>
    /// <exception cref="ProblemException">The state cannot be written, so that no command could be taken.</exception>
    public long StartAgentEpoch(DateTimeOffset now)
    {
        lock (_lock)
        {
            var number = now.ToUnixTimeMilliseconds();
            var begun = _state with
            {
                AgentEpoch = Math.Max(number, _state.AgentEpoch + 1),
                MinimumEpoch = _isStateLost ? new Epoch(number) : _state.MinimumEpoch,
            };
            try
            {
                Save(begun);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ProblemException($"the agent cannot write its state to '{_file!.Path}' (Agent:StateDirectory): {e.Message}", e);
            }

            return _state.AgentEpoch;
        }
    }

    /// <summary>Makes sure that the command's attempt is known and fences older ones off.</summary>
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

    /// <summary>Changes a record before anyone acts upon the change.</summary>
    /// <exception cref="IOException">It could not be written, and is as it was.</exception>
    public MigrationRecord Update(MigrationRecord record, Func<MigrationRecord, MigrationRecord> change)
    {
        lock (_lock)
        {
            var changed = change(_state.Find(record.MigrationId, record.Epoch) ?? record);
            Save(_state.With(changed));
            return changed;
        }
    }

    /// <summary>Takes note of what has happened, even if it cannot be written: then it is forgotten with the process.</summary>
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

    private void Save(AgentState record)
    {
        var pruned = record.Pruned(_recordsKeptMax);
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
