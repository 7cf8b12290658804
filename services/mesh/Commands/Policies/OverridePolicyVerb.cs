using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy override</c>.</summary>
internal sealed class OverridePolicyVerb : PolicyChangeVerb
{
    private readonly Argument<string> _vm = new("VM") { Description = "The machine's name or UUID." };
    private readonly Argument<string?> _name = new("NAME") { Description = "The policy.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _clear;

    public OverridePolicyVerb(Io io)
        : base("override", "Give a machine a policy of its own, or take it away.", io)
    {
        Arguments.Add(_vm);
        Arguments.Add(_name);
        _clear = Add(new Option<bool>("--clear") { Description = "The machine has none of its own any more." });
        Validators.Add(result =>
        {
            if (result.GetValue(_clear) == result.GetValue(_name) is not null)
                result.AddError("give either the policy's NAME or --clear");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy override db-1 ovirt-post-copy", "whatever its labels say"),
        ("mesh policy override db-1 --clear", "as its labels or the default say, again"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation) =>
        WriteAnswer(output, await client.OverridePolicyAsync(parsed.GetRequiredValue(_vm), parsed.GetValue(_name), Io.UserName, cancellation));
}
