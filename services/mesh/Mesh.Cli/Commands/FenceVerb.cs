using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh fence</c>.</summary>
internal sealed class FenceVerb : ClientVerb
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private readonly Argument<string> _host = new("HOST") { Description = "Host name." };
    private readonly Option<bool> _confirm;

    public FenceVerb(Io io)
        : base("fence", "Ensure that a host is powered off, so that its migrations can be resolved without it.", io)
    {
        Arguments.Add(_host);
        _confirm = Add(new Option<bool>("--confirm") { Description = "Confirm that you have verified that the host IS powered off. No command is run." });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh fence host-a --confirm", "the host was powered off manually: its VMs are down"),
        ("mesh fence host-a", "run the configured fence command, and wait until the host is verified to be off"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Never confirm a host that may still be running: its VMs could then run twice. Responding hosts are rejected.",
        "Without --confirm the mesh runs the commands of Fencing:Command and Fencing:Verify with the host's name in MESH_HOST.",
        "Migrations from or to the host are re-evaluated. Fencing ends when the host reports again.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var host = OptionParsers.Parse(parsed.GetRequiredValue(_host), text => new HostName(text));
        var answer = await client.FenceAsync(host, parsed.GetValue(_confirm), Io.UserName, cancellation);
        if (answer.Result == FenceResult.Started)
            answer = await AwaitAsync(client, host, answer, cancellation);
        return WriteResponse(output, answer, answer.Explanation);
    }

    private async Task<FenceAnswer> AwaitAsync(MeshClient client, HostName host, FenceAnswer answer, CancellationToken cancellation)
    {
        while (true)
        {
            switch ((await client.HostsAsync(cancellation)).FirstOrDefault(view => view.Inventory.Host == host))
            {
                case { Health: HostHealth.Fenced }:
                    return answer with { Result = FenceResult.Fenced, Explanation = $"{host} is powered off" };
                case { FenceAttempt.Failure: { } failure }:
                    throw new CliException(ExitCodes.Failed, $"fencing {host} failed: {failure}");
            }

            await Task.Delay(PollInterval, Io.Time, cancellation);
        }
    }
}
