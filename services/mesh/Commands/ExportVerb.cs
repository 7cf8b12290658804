using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh export</c>.</summary>
internal sealed class ExportVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "The migration." };
    private readonly Option<string?> _to;

    public ExportVerb(Io io)
        : base("export", "Write the recorded telemetry of a migration, as a trace that policies can be tried on.", io)
    {
        Arguments.Add(_id);
        _to = Add(new Option<string?>("--to") { Description = "Where to write it. Default: standard output.", HelpName = "FILE" });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh export 3f2a90b1c4de --to night.jsonl", "keep what happened"),
        ("mesh export 3f2a90b1c4de | mesh policy replay --policy adaptive --trace -", "what would another policy have done?"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The trace is JSON lines, whatever --output says: first the machine and what was allowed, then a line for each sample.",
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
