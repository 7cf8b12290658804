using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh cordon</c>.</summary>
internal sealed class CordonVerb : ClientVerb
{
    private readonly Argument<string> _host = new("HOST") { Description = "The host, by its name in the mesh." };
    private readonly Option<string?> _why;

    public CordonVerb(Io io)
        : base("cordon", "Let no machine come to a host any more; those that are there stay.", io)
    {
        Arguments.Add(_host);
        _why = Add(new Option<string?>("--reason") { Description = "Why, for the record.", HelpName = "TEXT" });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh cordon host-a --reason \"looks ill\"", "keep machines away while you look"),
        ("mesh cordon host-a && mesh vms --host host-a", "and see what is still there"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var host = OptionParsers.Parse(parsed.GetRequiredValue(_host), text => new HostName(text));
        var answer = await client.CordonAsync(host, new CordonBody { RequestedBy = Io.UserName, Reason = parsed.GetValue(_why) ?? "" }, cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, answer);
        else
            Io.Out.WriteLine(TextFormatter.ToSingleLine(answer.Explanation));
        return ExitCodes.Success;
    }
}
