using Mesh.Contracts.Migrations;

namespace Mesh.Gateway.Api;

/// <summary>Whether it is known what became of a change: its policy is replaced before the host has answered for its parameters.</summary>
internal static class ChangeCompletion
{
    /// <summary>What a change asks for.</summary>
    public static IReadOnlyList<MigrationParameter> GetRequestedParameters(ChangeMigration asked) =>
        asked.Policy is null ? [.. asked.Parameters.ListSet()] : [.. asked.Parameters.ListSet(), MigrationParameter.Policy];

    /// <summary>Whether everything that was asked for has been answered.</summary>
    public static bool IsComplete(ChangeMigration asked, IReadOnlyList<ParameterAnswer>? answers)
    {
        if (answers is null)
            return false;
        if (answers.Any(answer => answer.Parameter is MigrationParameter.All))
            return true;

        // Forcing the completion suspends the VM where post-copy is refused.
        return asked.ForceComplete
            ? answers.Any(answer => answer is { Parameter: MigrationParameter.Suspend } or { Parameter: MigrationParameter.PostCopy, Result: not ParameterResult.Refused })
            : GetRequestedParameters(asked).All(parameter => answers.Any(answer => answer.Parameter == parameter));
    }
}
