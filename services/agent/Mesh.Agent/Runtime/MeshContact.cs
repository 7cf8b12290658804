using Mesh.Agent.Configuration;

namespace Mesh.Agent.Runtime;

/// <summary>When the mesh was last heard, by a command or a heartbeat.</summary>
internal sealed class MeshContact(AgentOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private DateTimeOffset? _heardAt;

    /// <summary>When it was last heard; null if this agent process has not heard it yet.</summary>
    public DateTimeOffset? HeardAt
    {
        get
        {
            lock (_lock)
                return _heardAt;
        }
    }

    public void RecordHeard()
    {
        lock (_lock)
            _heardAt = time.GetUtcNow();
    }

    /// <summary>Since when the agent has been on its own; null while it is not.</summary>
    /// <param name="knownSince">Since when it was when last asked, even by an earlier agent process; null if it was not.</param>
    public DateTimeOffset? GetAutonomousSince(DateTimeOffset? knownSince)
    {
        // The start of an agent process is no sign of the mesh: only hearing it ends the time alone.
        var heardAt = HeardAt;
        if (knownSince is not null && heardAt is null)
            return knownSince;
        var due = (heardAt ?? _startedAt) + options.AutonomyAfter;
        return time.GetUtcNow() < due ? null : knownSince ?? due;
    }
}
