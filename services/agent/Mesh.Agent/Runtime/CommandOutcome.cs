using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Runtime;

/// <summary>What handling a command came to.</summary>
/// <param name="Result">How it went.</param>
internal sealed record CommandOutcome(CommandResult Result)
{
    public static readonly CommandOutcome Done = new(CommandResult.Succeeded);

    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    public IReadOnlyList<ParameterAnswer> Parameters { get; init; } = [];

    public string? DestinationUri { get; init; }

    /// <summary>What changes in the record together with the answer; null for nothing.</summary>
    public Func<MigrationRecord, MigrationRecord>? RecordUpdate { get; init; }

    /// <summary>What is begun once record and answer are safe; null for nothing.</summary>
    public Action<MigrationRecord>? AfterSave { get; init; }

    public static CommandOutcome Refused(IReadOnlyList<Refusal> refusals) => new(CommandResult.Rejected) { Refusals = refusals };

    public static CommandOutcome Refused(RefusalCode code, string message) => Refused([new Refusal(code, message)]);

    public static CommandOutcome Failed(RefusalCode code, string message) =>
        new(CommandResult.Failed) { Refusals = [new Refusal(code, message)] };
}
