using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Gateway.Api;

/// <summary>Whether it is known what became of a change: its policy is exchanged before the host has said anything of its parameters.</summary>
internal static class ChangeAnswers
{
    // What a host calls it when it refuses a command as a whole.
    private const string WholeCommand = "all";

    private static readonly string PostCopy = Named(nameof(ChangeMigration.PostCopy));
    private static readonly string Suspend = Named(nameof(ChangeMigration.Suspend));

    private static readonly HashSet<string> Frame = new(StringComparer.Ordinal)
    {
        Named(nameof(ChangeMigration.Id)), Named(nameof(ChangeMigration.ChangeId)), Named(nameof(ChangeMigration.By)),
        Named(nameof(ChangeMigration.Why)), Named(nameof(ChangeMigration.ForceComplete)),
    };

    /// <summary>The parameters that a change asks for, by the names that answers give them.</summary>
    public static IReadOnlyList<string> Asked(ChangeMigration asked) =>
        [.. JsonSerializer.SerializeToNode(asked, MeshJson.Options)!.AsObject().Select(member => member.Key).Where(name => !Frame.Contains(name))];

    /// <summary>Whether everything that was asked for has been answered.</summary>
    public static bool AreComplete(ChangeMigration asked, IReadOnlyList<ParameterAnswer>? answers)
    {
        if (answers is null)
            return false;
        if (answers.Any(answer => answer.Parameter == WholeCommand))
            return true;

        // Forcing the completion suspends the machine where post-copy is refused.
        return asked.ForceComplete
            ? answers.Any(answer => answer.Parameter == Suspend || (answer.Parameter == PostCopy && answer.Result != ParameterResult.Refused))
            : Asked(asked).All(name => answers.Any(answer => answer.Parameter == name));
    }

    private static string Named(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}
