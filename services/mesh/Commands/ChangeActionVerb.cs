using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh force-complete</c>, <c>mesh postcopy</c> and <c>mesh suspend</c>: what brings a migration to its end.</summary>
internal sealed class ChangeActionVerb : ChangeVerb
{
    private readonly string _purpose;
    private readonly Option<bool> _watch;

    private ChangeActionVerb(string name, string description, string purpose, Io io)
        : base(name, description, io)
    {
        _purpose = purpose;
        _watch = Add(new Option<bool>("--watch") { Description = "Show the progress and end with the migration." });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ($"mesh {Name} 3f2a90b1c4de", _purpose),
        ($"mesh {Name} 3f2a90b1c4de --reason \"the host goes down at six\" --watch", "say why, and see how it ends"),
    ];

    public static ChangeActionVerb ForceComplete(Io io) => new(
        "force-complete", "Bring a migration to its end now: by post-copy where that is armed, else by suspending the machine.",
        "whatever it takes, but abort", io);

    public static ChangeActionVerb PostCopy(Io io) => new(
        "postcopy", "Change a migration over to post-copy, which must have been armed at its start.",
        "the machine goes on at the destination, and its memory follows", io);

    public static ChangeActionVerb Suspend(Io io) => new(
        "suspend", "Suspend the machine while its migration goes on; it runs again on the destination.",
        "nothing is written any more, so the copying ends", io);

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var id = Id(parsed);
        var changed = await client.ApplyActionAsync(id, Name, new ChangeActionBody { RequestedBy = Io.UserName, Reason = Why(parsed) }, cancellation);
        if (!parsed.GetValue(_watch))
            Write(output, changed);

        // A host that has not answered yet may well do as it is told while the watching goes on.
        if (!parsed.GetValue(_watch) || !changed.IsPending)
            _ = CodeOf(id, changed, _ => !IsDone(changed));
        return parsed.GetValue(_watch) ? await Watcher.WatchAsync(Io, client, output, id, cancellation) : ExitCodes.Success;
    }

    // Forcing the completion suspends the machine where post-copy is refused: one of both will do.
    private static bool IsDone(ChangeStatus changed) => (changed.Change.Answers ?? []).Any(answer => answer.Result != ParameterResult.Refused);
}
