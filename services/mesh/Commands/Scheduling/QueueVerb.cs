using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh queue</c>.</summary>
internal sealed class QueueVerb(Io io) : ClientVerb("queue", "List the migrations that wait, in their order, and what each waits for.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh queue", "who is next, and why not yet"),
        ("mesh queue --output json | jq -r '.waiting[0].id'", "the next one"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var queue = await client.QueueAsync(cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, queue);
            return ExitCodes.Success;
        }

        var table = new TextTable("PLACE", "ID", "VM", "FROM", "TO", "STATE", "PRIORITY", "WAITS SINCE", "EXPECTED START", "FOR");
        foreach (var waiting in queue.Waiting)
            table.Add(
                $"{waiting.Position}", waiting.Id.ToString(), waiting.VmName, TextFormatter.Format(waiting.Source), TextFormatter.FormatDestination(waiting.Destination), TextFormatter.Format(waiting.Phase),
                TextFormatter.Format(waiting.Priority), TextFormatter.Format(waiting.WaitingSince), TextFormatter.Format(waiting.ExpectedStart), TextFormatter.ToSingleLine(waiting.WaitReason));
        table.Write(Io);
        Io.Out.WriteLine();
        Io.Out.WriteLine(
            $"{queue.Transferring} of at most {queue.Limits.ClusterMax} copy now; on each host at most {queue.Limits.OutboundPerHost} outbound and {queue.Limits.InboundPerHost} inbound");
        return ExitCodes.Success;
    }
}
