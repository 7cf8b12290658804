using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh watch</c>.</summary>
internal sealed class WatchVerb : ClientVerb
{
    private readonly Argument<string?> _id = new("ID")
    {
        Description = "The migration; left out, all migrations are watched until interrupted.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public WatchVerb(Io io)
        : base("watch", "Watch a migration to its end, or all migrations.", io) => Arguments.Add(_id);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh watch", "every migration, live"),
        ("mesh watch 3f2a90b1c4de && echo moved", "wait for one and go on only if it succeeded"),
        ("mesh watch --output json | jq -c 'select(.event==\"ended\")'", "the ends as they come"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "With --output json each line is one event, and {\"event\":\"view\",\"migration\":{...}} shows how a migration stands.",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation) =>
        parsed.GetValue(_id) is { } id
            ? Watcher.WatchAsync(Io, client, output, ReadId(id), cancellation)
            : Watcher.WatchAllAsync(Io, client, output, cancellation);
}
