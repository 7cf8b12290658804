using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy apply</c>.</summary>
internal sealed class ApplyPolicyVerb : ClientVerb
{
    private readonly Argument<string> _file = new("FILE") { Description = "The document in YAML or JSON; - is standard input." };

    public ApplyPolicyVerb(Io io)
        : base("apply", "Keep a policy in the mesh, as a new version where there is one of its name.", io) => Arguments.Add(_file);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy apply gold.yaml", "keep it"),
        ("mesh policy show nova --version 1 | mesh policy apply -", "go back to an earlier version"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Migrations that are under way go on as they began; 'mesh set ID --policy NAME' lets them follow the new version.",
        "Applying what is kept already changes nothing.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var path = parsed.GetRequiredValue(_file);
        var document = DocumentFile.ReadText(Io, path);
        var view = await client.ApplyPolicyAsync(PolicyFile.Read(path, document).Name, document, Io.UserName, cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, view);
        else
            Io.Out.WriteLine($"{view.Policy.Name}: version {view.Version}");
        return ExitCodes.Success;
    }
}
