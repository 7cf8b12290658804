using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Policies;
using Mesh.Policy.Documents;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy show</c>.</summary>
internal sealed class ShowPolicyVerb : ClientVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "Policy name." };
    private readonly Option<int?> _version;

    public ShowPolicyVerb(Io io)
        : base("show", "Show a policy as a document that can be applied.", io)
    {
        Arguments.Add(_name);
        _version = Add(new Option<int?>("--version")
        {
            Description = "Policy version; 0 is the built-in one. Default: the newest.",
            HelpName = "N",
            CustomParser = OptionParsers.Count("--version", "versions", 0, int.MaxValue),
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy show adaptive", "show a policy"),
        ("mesh policy show nova --version 1", "show an earlier version"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var shown = await client.PolicyAsync(parsed.GetRequiredValue(_name), parsed.GetValue(_version), cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, shown);
            return ExitCodes.Success;
        }

        // Metadata is written as comments, so that the output is a valid document.
        Io.Out.WriteLine($"# {Origin(shown.Policy!)}{(shown.Versions.Count > 1 ? $"; versions: {string.Join(", ", shown.Versions)}" : "")}");
        Io.Out.Write(PolicyText.Write(shown.Policy!.Policy));
        return ExitCodes.Success;
    }

    private static string Origin(PolicyView view) =>
        $"version {view.Version}, {(view.UpdatedBy is { } user ? $"applied by {user}, {TextFormatter.Format(view.UpdatedAt)}" : "built in")}"
        + (view.IsDefault ? "; the default" : "");
}
