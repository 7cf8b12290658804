using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh export</c>.</summary>
internal sealed class ExportVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "Migration ID." };
    private readonly Option<string?> _to;

    public ExportVerb(Io io)
        : base("export", "Export the recorded telemetry of a migration as a trace for 'mesh policy replay'.", io)
    {
        Arguments.Add(_id);
        _to = Add(new Option<string?>("--to") { Description = "Output file. Default: standard output.", HelpName = "FILE" });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh export 3f2a90b1c4de --to night.jsonl", "save the trace"),
        ("mesh export 3f2a90b1c4de | mesh policy replay --policy adaptive --trace -", "see what another policy would have done"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The trace is always JSON lines: first the VM and the permissions, then one line for each sample.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var trace = await client.ExportAsync(ReadId(parsed.GetRequiredValue(_id)), cancellation);
        if (parsed.GetValue(_to) is not { } path)
        {
            await Io.Out.WriteAsync(trace);
            return ExitCodes.Success;
        }

        await DocumentFile.WriteTextAsync(path, trace, cancellation);
        return ExitCodes.Success;
    }
}
