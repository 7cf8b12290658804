using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.State;

/// <summary>An agent's record, in memory and, if it has a file, on disk before anyone acts upon it.</summary>
internal sealed class AgentStore
{
    private readonly Lock _lock = new();
    private readonly StateFile? _file;
    private readonly int _recordsKeptMax;
    private readonly ILogger _log;
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
            _log.StateCorrupt(e, _file!.CorruptPath);
            _file.SetAside();
            return AgentRecord.Empty;
        }
    }
}
