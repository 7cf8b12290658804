using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh watch</c>.</summary>
internal sealed class WatchVerb : ClientVerb
{
    private readonly Argument<string?> _id = new("ID")
    {
        Description = "Migration ID. Default: all migrations, until interrupted.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public WatchVerb(Io io)
        : base("watch", "Watch a migration until it has ended, or all migrations.", io) => Arguments.Add(_id);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh watch", "all migrations"),
        ("mesh watch 3f2a90b1c4de && echo moved", "wait for a migration and continue only if it succeeds"),
        ("mesh watch --output json | jq -c 'select(.event==\"ended\")'", "migrations as they end"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "With --output json each line is an event; {\"event\":\"view\",\"migration\":{...}} is the current state of a migration.",
    ];

    public override bool HasManyExitCodes => true;

    protected override Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation) =>
        parsed.GetValue(_id) is { } id
            ? Watcher.WatchAsync(Io, client, output, ReadId(id), cancellation)
            : Watcher.WatchAllAsync(Io, client, output, cancellation);
}
