using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh rules apply</c>.</summary>
internal sealed class ApplyRulesVerb : ClientVerb
{
    private readonly Argument<string> _file = new("FILE") { Description = "The document in YAML or JSON; - is standard input." };

    public ApplyRulesVerb(Io io)
        : base("apply", "Keep a document of placement rules in place of the one there is.", io) => Arguments.Add(_file);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh rules apply rules.yaml", "they count from now on"),
        ("mesh rules show | mesh rules apply -", "changes nothing"),
    ];

    public override IReadOnlyList<string> Notes => ["Nothing is moved because of rules: they bind migrations that have not begun."];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var path = parsed.GetRequiredValue(_file);
        var document = DocumentFile.ReadText(Io, path);
        var rules = RulesFile.Read(path, document);
        var response = await client.ApplyRulesAsync(document, Io.UserName, cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, response);
        else
            Io.Out.WriteLine($"kept: {RulesFile.Count(response.Rules ?? rules)}");
        return ExitCodes.Success;
    }
}
