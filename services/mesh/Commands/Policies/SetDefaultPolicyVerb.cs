using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy set-default</c>.</summary>
internal sealed class SetDefaultPolicyVerb : PolicyChangeVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The policy." };

    public SetDefaultPolicyVerb(Io io)
        : base("set-default", "Let a policy count for every machine that has no other.", io) => Arguments.Add(_name);

    public override IReadOnlyList<(string, string)> Examples => [("mesh policy set-default adaptive", "for all machines without a policy of their own")];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation) =>
        WriteAnswer(output, await client.SetDefaultPolicyAsync(parsed.GetRequiredValue(_name), Io.UserName, cancellation));
}
