using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>An end that was reported by an event was reported by the source of the attempt.</summary>
internal sealed class OnlyTheSourceEndsAJob : Invariant
{
    private readonly HashSet<(MigrationId Id, Epoch Epoch, HostName Host)> _reported = [];

    public OnlyTheSourceEndsAJob(World world)
        : base(world)
    {
        world.Broker.MessageAccepted += message =>
        {
            if (message.Content is JobEnded ended)
                _reported.Add((ended.MigrationId, ended.Epoch, ended.Host));
        };
        world.MigrationChanged += Check;
    }

    /// <inheritdoc />
    public override string Name => "only the source of an attempt ends its job";

    // Without a time it was concluded from reports or answers.
    private void Check(CommittedMigration migration)
    {
        if (migration is { JobEnd.At: not null, Source: { } source } && !_reported.Contains((migration.Id, migration.Epoch, source)))
            Fail($"the job of {migration.Id} counts as ended ({migration.JobEnd.Result} {migration.JobEnd.Error}), but {source} has not said so");
    }
}
