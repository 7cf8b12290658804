using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh fence</c>.</summary>
internal sealed class FenceVerb : ClientVerb
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private readonly Argument<string> _host = new("HOST") { Description = "The host, by its name in the mesh." };
    private readonly Option<bool> _confirm;

    public FenceVerb(Io io)
        : base("fence", "Make sure that a host is off, so that what migrated from or to it can be judged without its word.", io)
    {
        Arguments.Add(_host);
        _confirm = Add(new Option<bool>("--confirm") { Description = "The host IS off: you have made sure of it yourself. Nothing is run." });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh fence host-a --confirm", "the host was powered off by hand: its machines are down"),
        ("mesh fence host-a", "run the configured fence command, and wait until the host is off for certain"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Never confirm a host that may still run: its machines could then run twice. A host that is heard of is refused.",
        "Without --confirm the mesh runs its settings Fencing:Command and Fencing:Verify, with the host's name in MESH_HOST.",
        "Machines that were migrating from or to the host are judged anew. The fencing ends by itself when the host comes back.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var host = OptionParsers.Parse(parsed.GetRequiredValue(_host), text => new HostName(text));
        var answer = await client.FenceAsync(host, parsed.GetValue(_confirm), Io.UserName, cancellation);
        if (answer.Result == FenceResult.Started)
            answer = await AwaitAsync(client, host, answer, cancellation);

        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, answer);
        else
            Io.Out.WriteLine(answer.Explanation);
        return ExitCodes.Success;
    }

    private async Task<FenceAnswer> AwaitAsync(MeshClient client, HostName host, FenceAnswer answer, CancellationToken cancellation)
    {
        while (true)
        {
            switch ((await client.HostsAsync(cancellation)).FirstOrDefault(view => view.Inventory.Host == host))
            {
                case { Health: HostHealth.Fenced }:
                    return answer with { Result = FenceResult.Fenced, Explanation = $"{host} is off for certain" };
                case { FenceAttempt.Failure: { } failure }:
                    throw new CliException(ExitCodes.Failed, $"{host} could not be fenced: {failure}");
            }

            await Task.Delay(PollInterval, Io.Time, cancellation);
        }
    }
}
