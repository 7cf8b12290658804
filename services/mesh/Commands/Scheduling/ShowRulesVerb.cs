using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Host.Documents;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh rules show</c>.</summary>
internal sealed class ShowRulesVerb(Io io) : ClientVerb("show", "Show the placement rules that count, as the document that would be kept.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh rules show", "who may be where"),
        ("mesh rules show | tee rules.yaml", "to edit them"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var response = await client.RulesAsync(cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, response);
            return ExitCodes.Success;
        }

        // What the document itself does not say stands in remarks, so that the whole can be kept again.
        Io.Out.WriteLine(response.UpdatedBy is { } by ? $"# kept by {by}, {TextFormatter.Format(response.UpdatedAt)}" : "# nobody has kept any rules");
        Io.Out.Write(RulesText.Write(response.Rules ?? new PlacementRules()));
        return ExitCodes.Success;
    }
}
