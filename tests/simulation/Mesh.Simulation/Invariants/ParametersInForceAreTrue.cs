using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A downtime limit that is shown as in force was started with, applied or reported by the source.</summary>
internal sealed class ParametersInForceAreTrue : Invariant
{
    private readonly Dictionary<CommandId, ChangeParameters> _changes = [];
    private readonly HashSet<(MigrationId Id, Epoch Epoch, TimeSpan Downtime)> _true = [];

    public ParametersInForceAreTrue(World world)
        : base(world)
    {
        world.Broker.MessageAccepted += message =>
        {
            switch (message.Content)
            {
                case StartMigration { Options.MaxDowntime: { } downtime } start:
                    _true.Add((start.MigrationId, start.Epoch, downtime));
                    break;
                case ChangeParameters change:
                    _changes[change.CommandId] = change;
                    break;
                case CommandAnswer answer when _changes.TryGetValue(answer.CommandId, out var change) && change.Parameters.MaxDowntime is { } downtime && IsApplied(answer):
                    _true.Add((answer.MigrationId, answer.Epoch, downtime));
                    break;
                case HostReport report:
                    foreach (var sample in report.Migrations.Where(sample => sample.DowntimeLimit is not null))
                        _true.Add((sample.MigrationId, sample.Epoch, sample.DowntimeLimit!.Value));
                    break;
                case JobEnded { Sample: { DowntimeLimit: { } limit } sample }:
                    _true.Add((sample.MigrationId, sample.Epoch, limit));
                    break;
            }
        };
        world.MigrationChanged += Check;
    }

    /// <inheritdoc />
    public override string Name => "what is shown as in force is in force";

    private static bool IsApplied(CommandAnswer answer) => answer.Parameters.Any(parameter =>
        parameter is { Parameter: MigrationParameter.MaxDowntime, Result: ParameterResult.Applied or ParameterResult.Emulated });

    private void Check(CommittedMigration migration)
    {
        if (migration.ParametersInForce?.MaxDowntime is { } shown && !_true.Contains((migration.Id, migration.Epoch, shown)))
            Fail($"{migration.Id} shows a downtime limit of {shown.TotalMilliseconds:0} ms as in force, which its source has neither applied nor reported");
    }
}
