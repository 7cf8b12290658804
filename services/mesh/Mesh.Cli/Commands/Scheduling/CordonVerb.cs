using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh cordon</c>.</summary>
internal sealed class CordonVerb : ClientVerb
{
    private readonly Argument<string> _host = new("HOST") { Description = "Host name." };
    private readonly Option<string?> _reason;

    public CordonVerb(Io io)
        : base("cordon", "Mark a host as unschedulable; its VMs stay.", io)
    {
        Arguments.Add(_host);
        _reason = Add(new Option<string?>("--reason") { Description = "Reason, recorded with the cordon.", HelpName = "TEXT" });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh cordon host-a --reason \"disk errors\"", "keep VMs away while you investigate"),
        ("mesh cordon host-a && mesh vms --host host-a", "cordon a host and list its VMs"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var host = OptionParsers.Parse(parsed.GetRequiredValue(_host), text => new HostName(text));
        var answer = await client.CordonAsync(host, new CordonBody { RequestedBy = Io.UserName, Reason = parsed.GetValue(_reason) ?? "" }, cancellation);
        return WriteResponse(output, answer, answer.Explanation);
    }
}

/// <summary><c>mesh uncordon</c>.</summary>
internal sealed class UncordonVerb : ClientVerb
{
    private readonly Argument<string> _host = new("HOST") { Description = "Host name." };

    public UncordonVerb(Io io)
        : base("uncordon", "Mark a host as schedulable again; cancels an active drain of it.", io) => Arguments.Add(_host);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh uncordon host-a", "the host can be used again"),
        ("mesh uncordon host-a && mesh drain --undo host-a", "move its VMs back, too"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var answer = await client.UncordonAsync(OptionParsers.Parse(parsed.GetRequiredValue(_host), text => new HostName(text)), Io.UserName, cancellation);
        return WriteResponse(output, answer, answer.Explanation);
    }
}
