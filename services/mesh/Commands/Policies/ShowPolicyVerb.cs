using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Policies;
using Mesh.Policy.Host.Documents;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy show</c>.</summary>
internal sealed class ShowPolicyVerb : ClientVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The policy." };
    private readonly Option<int?> _version;

    public ShowPolicyVerb(Io io)
        : base("show", "Show a policy as the document that would be kept.", io)
    {
        Arguments.Add(_name);
        _version = Add(new Option<int?>("--version")
        {
            Description = "Which version; 0 is the one that came with the mesh. Default: the newest.",
            HelpName = "N",
            CustomParser = OptionParsers.Count("--version", "versions", 0, int.MaxValue),
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy show adaptive", "what it does, and whom it suits"),
        ("mesh policy show nova --version 1", "as it was"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var shown = await client.PolicyAsync(parsed.GetRequiredValue(_name), parsed.GetValue(_version), cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, shown);
            return ExitCodes.Success;
        }

        // What the document itself does not say stands in remarks, so that the whole can be kept again.
        Io.Out.WriteLine($"# {Origin(shown.Policy!)}{(shown.Versions.Count > 1 ? $"; there are versions {string.Join(", ", shown.Versions)}" : "")}");
        Io.Out.Write(PolicyText.Write(shown.Policy!.Policy));
        return ExitCodes.Success;
    }

    private static string Origin(PolicyView view) =>
        $"version {view.Version}, {(view.UpdatedBy is { } by ? $"kept by {by}, {TextFormatter.Format(view.UpdatedAt)}" : "as it came with the mesh")}{(view.IsDefault ? "; the default" : "")}";
}
