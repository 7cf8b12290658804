using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Gateway.Api;

/// <summary>Whether it is known what became of a change: its policy is exchanged before the host has said anything of its parameters.</summary>
internal static class ChangeCompletion
{
    // What a host calls it when it refuses a command as a whole.
    private const string WholeCommand = "all";

    private static readonly string PostCopy = ToParameterName(nameof(ChangeMigration.PostCopy));
    private static readonly string Suspend = ToParameterName(nameof(ChangeMigration.Suspend));

    private static readonly HashSet<string> Metadata = new(StringComparer.Ordinal)
    {
        ToParameterName(nameof(ChangeMigration.Id)), ToParameterName(nameof(ChangeMigration.ChangeId)), ToParameterName(nameof(ChangeMigration.RequestedBy)),
        ToParameterName(nameof(ChangeMigration.Reason)), ToParameterName(nameof(ChangeMigration.ForceComplete)),
    };

    /// <summary>The parameters that a change asks for, by the names that answers give them.</summary>
    public static IReadOnlyList<string> GetRequestedParameters(ChangeMigration asked) =>
        [.. JsonSerializer.SerializeToNode(asked, MeshJson.Options)!.AsObject().Select(member => member.Key).Where(name => !Metadata.Contains(name))];

    /// <summary>Whether everything that was asked for has been answered.</summary>
    public static bool IsComplete(ChangeMigration asked, IReadOnlyList<ParameterAnswer>? answers)
    {
        if (answers is null)
            return false;
        if (answers.Any(answer => answer.Parameter == WholeCommand))
            return true;

        // Forcing the completion suspends the machine where post-copy is refused.
        return asked.ForceComplete
            ? answers.Any(answer => answer.Parameter == Suspend || (answer.Parameter == PostCopy && answer.Result != ParameterResult.Refused))
            : GetRequestedParameters(asked).All(name => answers.Any(answer => answer.Parameter == name));
    }

    private static string ToParameterName(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}
