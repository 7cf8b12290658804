using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh uncordon</c>.</summary>
internal sealed class UncordonVerb : ClientVerb
{
    private readonly Argument<string> _host = new("HOST") { Description = "The host, by its name in the mesh." };

    public UncordonVerb(Io io)
        : base("uncordon", "Let machines come to a host again; a drain of it that is not over is withdrawn.", io) => Arguments.Add(_host);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh uncordon host-a", "it is well again"),
        ("mesh uncordon host-a && mesh drain --undo host-a", "and its machines go back"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var answer = await client.UncordonAsync(OptionParsers.Parse(parsed.GetRequiredValue(_host), text => new HostName(text)), Io.UserName, cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, answer);
        else
            Io.Out.WriteLine(TextFormatter.ToSingleLine(answer.Explanation));
        return ExitCodes.Success;
    }
}
