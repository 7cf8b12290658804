using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh inventory export</c>.</summary>
internal sealed class ExportInventoryVerb : ClientVerb
{
    private readonly Argument<string?> _file = new("FILE") { Description = "Where to write it. Default: standard output.", Arity = ArgumentArity.ZeroOrOne };

    public ExportInventoryVerb(Io io)
        : base("export", "Write hosts, machines, unfinished migrations, rules and limits as they are now.", io) => Arguments.Add(_file);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh inventory export fleet.json", "keep it"),
        ("mesh inventory export | mesh check web-1 --to host-b --inventory -", "what would the scheduler say?"),
    ];

    public override IReadOnlyList<string> Notes => ["The file is JSON, whatever --output says: the form of infra/docs/schemas/Fleet.json."];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var fleet = await client.InventoryAsync(cancellation);
        if (parsed.GetValue(_file) is { } path && path != DocumentFile.StandardInput)
            await DocumentFile.WriteTextAsync(path, JsonOutput.Text(fleet) + "\n", cancellation);
        else
            JsonOutput.Write(Io, fleet);
        return ExitCodes.Success;
    }
}
