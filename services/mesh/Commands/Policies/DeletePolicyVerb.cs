using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy delete</c>.</summary>
internal sealed class DeletePolicyVerb : PolicyChangeVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The policy." };

    public DeletePolicyVerb(Io io)
        : base("delete", "Delete a policy with all its versions; one that comes with the mesh is then as it came.", io) => Arguments.Add(_name);

    public override IReadOnlyList<(string, string)> Examples => [("mesh policy delete gold", "it is not needed any more")];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation) =>
        WriteAnswer(output, await client.DeletePolicyAsync(parsed.GetRequiredValue(_name), Io.UserName, cancellation));
}
