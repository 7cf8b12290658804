using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.State;

/// <summary>An agent's record, in memory and, if it has a file, on disk before anyone acts upon it.</summary>
internal sealed class AgentStore
{
    private readonly Lock _lock = new();
    private readonly StateFile? _file;
    private readonly int _recordsKeptMax;
    private readonly ILogger _log;
    private bool _wasLost;
    private AgentRecord _record;

    public AgentStore(StateFile? file, int recordsKeptMax, ILogger log)
    {
        (_file, _recordsKeptMax, _log) = (file, recordsKeptMax, log);
        _record = Load();
    }

    public AgentRecord Record
    {
        get
        {
            lock (_lock)
                return _record;
        }
    }

    public MigrationRecord? Find(MigrationId migration, Epoch epoch) => Record.Find(migration, epoch);

    /// <summary>
    /// Begins a process of the agent, and gives the number that it goes by: the time in milliseconds, but always more than that of the
    /// process before, because the mesh drops what a smaller one says as old, and a clock may have been set back meanwhile.
    /// </summary>
    /// <exception cref="ProblemException">The state cannot be written, so that no command could be taken.</exception>
    public long Begin(DateTimeOffset now)
    {
        lock (_lock)
        {
            var number = now.ToUnixTimeMilliseconds();
            var begun = _record with
            {
                AgentEpoch = Math.Max(number, _record.AgentEpoch + 1),
                LostBelow = _wasLost ? new Epoch(number) : _record.LostBelow,
            };
            try
            {
                Keep(begun);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ProblemException($"the agent cannot write its state to '{_file!.Path}' (Agent:StateDirectory): {e.Message}", e);
            }

            return _record.AgentEpoch;
        }
    }

    /// <summary>Makes sure that the command's attempt is known and fences older ones off.</summary>
    public MigrationRecord Meet(AgentCommand command, DateTimeOffset now)
    {
        lock (_lock)
        {
            var fence = new VmFence(command.VmId, command.Epoch, command.MigrationId);
            var known = _record.Find(command.MigrationId, command.Epoch);
            if (known is not null && _record.FenceOf(command.VmId) == fence)
                return known;

            var record = known ?? new MigrationRecord
            {
                MigrationId = command.MigrationId,
                Epoch = command.Epoch,
                VmId = command.VmId,
                HeardAt = now,
                TraceParent = command.TraceParent,
            };
            Keep(_record.With(record).With(fence));
            return record;
        }
    }

    /// <summary>Changes a record before anyone acts upon the change.</summary>
    /// <exception cref="IOException">It could not be written, and is as it was.</exception>
    public MigrationRecord Change(MigrationRecord record, Func<MigrationRecord, MigrationRecord> change)
    {
        lock (_lock)
        {
            var changed = change(_record.Find(record.MigrationId, record.Epoch) ?? record);
            Keep(_record.With(changed));
            return changed;
        }
    }

    /// <summary>Takes note of what has happened, even if it cannot be written: then it is forgotten with the process.</summary>
    public MigrationRecord Note(MigrationRecord record, Func<MigrationRecord, MigrationRecord> change)
    {
        lock (_lock)
        {
            var changed = change(_record.Find(record.MigrationId, record.Epoch) ?? record);
            var all = _record.With(changed).Pruned(_recordsKeptMax);
            try
            {
                Keep(all);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _log.StateNotWritten(e);
                _record = all;
            }

            return changed;
        }
    }

    private void Keep(AgentRecord record)
    {
        var pruned = record.Pruned(_recordsKeptMax);
        _file?.Write(pruned);
        _record = pruned;
    }

    private AgentRecord Load()
    {
        try
        {
            return _file?.Read() ?? AgentRecord.Empty;
        }
        catch (JsonException e)
        {
            _file!.SetAside();
            _log.StateCorrupt(e, _file.CorruptPath);
            _wasLost = true;
            return AgentRecord.Empty;
        }
    }
}
