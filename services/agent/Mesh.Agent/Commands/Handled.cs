using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Commands;

/// <summary>What handling a command came to.</summary>
/// <param name="Result">How it went.</param>
internal sealed record Handled(CommandResult Result)
{
    public static readonly Handled Done = new(CommandResult.Done);

    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    public IReadOnlyList<ParameterAnswer> Parameters { get; init; } = [];

    public string? DestinationUri { get; init; }

    /// <summary>What changes in the record together with the answer; null for nothing.</summary>
    public Func<MigrationRecord, MigrationRecord>? Change { get; init; }

    /// <summary>What is begun once record and answer are safe; null for nothing.</summary>
    public Action<MigrationRecord>? Then { get; init; }

    public static Handled Refused(IReadOnlyList<Refusal> refusals) => new(CommandResult.Refused) { Refusals = refusals };

    public static Handled Refused(RefusalCode code, string message) => Refused([new Refusal(code, message)]);

    public static Handled Failed(RefusalCode code, string message) =>
        new(CommandResult.Failed) { Refusals = [new Refusal(code, message)] };
}
