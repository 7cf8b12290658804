using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Runtime;

internal sealed record CommandOutcome(CommandResult Result)
{
    public static readonly CommandOutcome Done = new(CommandResult.Succeeded);

    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    public IReadOnlyList<ParameterAnswer> Parameters { get; init; } = [];

    public string? DestinationUri { get; init; }

    /// <summary>Updates the record, which is saved together with the answer; null for no change.</summary>
    public Func<MigrationRecord, MigrationRecord>? RecordUpdate { get; init; }

    /// <summary>Runs once record and answer are saved; null for nothing.</summary>
    public Action<MigrationRecord>? AfterSave { get; init; }

    public static CommandOutcome Refused(IReadOnlyList<Refusal> refusals) => new(CommandResult.Rejected) { Refusals = refusals };

    public static CommandOutcome Refused(RefusalCode code, string message) => Refused([new Refusal(code, message)]);

    public static CommandOutcome Failed(RefusalCode code, string message) =>
        new(CommandResult.Failed) { Refusals = [new Refusal(code, message)] };
}
