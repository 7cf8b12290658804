using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh queue</c>.</summary>
internal sealed class QueueVerb(Io io) : ClientVerb("queue", "List queued migrations in order, and what each is waiting for.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh queue", "the queue"),
        ("mesh queue --output json | jq -r '.waiting[0].id'", "the id of the next migration"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var queue = await client.QueueAsync(cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, queue);
            return ExitCodes.Success;
        }

        var table = new TextTable("POSITION", "ID", "VM", "FROM", "TO", "STATE", "PRIORITY", "WAITING SINCE", "EXPECTED START", "WAITING FOR");
        foreach (var queued in queue.Waiting)
            table.Add(
                $"{queued.Position}", queued.Id.ToString(), queued.VmName, TextFormatter.Format(queued.Source),
                TextFormatter.FormatDestination(queued.Destination), TextFormatter.Format(queued.Phase), TextFormatter.Format(queued.Priority),
                TextFormatter.Format(queued.WaitingSince), TextFormatter.Format(queued.ExpectedStart), TextFormatter.ToSingleLine(queued.WaitReason));
        table.Write(Io);
        Io.Out.WriteLine();
        Io.Out.WriteLine(
            $"{queue.Transferring} of {queue.Limits.ClusterMax} migration slots in use; "
            + $"limits per host: {queue.Limits.OutboundPerHost} outbound, {queue.Limits.InboundPerHost} inbound");
        return ExitCodes.Success;
    }
}
