using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh inventory</c>.</summary>
internal sealed class InventoryVerb : Verb
{
    public InventoryVerb(Io io)
        : base("inventory", "Export the scheduler's inventory.") => Subcommands.Add(new ExportInventoryVerb(io));

    public override IReadOnlyList<(string, string)> Examples => [("mesh inventory export fleet.json", "for 'mesh check --inventory', which requires no running mesh")];
}

/// <summary><c>mesh inventory export</c>.</summary>
internal sealed class ExportInventoryVerb : ClientVerb
{
    private readonly Argument<string?> _file = new("FILE") { Description = "Output file. Default: standard output.", Arity = ArgumentArity.ZeroOrOne };

    public ExportInventoryVerb(Io io)
        : base("export", "Export hosts, VMs, unfinished migrations, rules and limits.", io) => Arguments.Add(_file);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh inventory export fleet.json", "save the inventory"),
        ("mesh inventory export | mesh check web-1 --to host-b --inventory -", "check a migration against it"),
    ];

    public override IReadOnlyList<string> Notes => ["The output is always JSON; infra/docs/schemas/Fleet.json is its schema."];

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
