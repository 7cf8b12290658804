using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh abort</c>.</summary>
internal sealed class AbortVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "Migration ID." };
    private readonly Option<bool> _watch;

    public AbortVerb(Io io)
        : base("abort", "Abort a migration; the VM keeps running on the source.", io)
    {
        Arguments.Add(_id);
        _watch = Add(new Option<bool>("--watch") { Description = "Wait until the migration has ended." });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh abort 3f2a90b1c4de", "request the abort and return"),
        ("mesh abort 3f2a90b1c4de --watch", "wait until the migration has ended"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Refused once the VM runs on the destination, because an abort would lose it.",
        "With --watch the exit code is 0 if the migration was aborted, 1 if it completed nonetheless, and otherwise that of its outcome.",
    ];

    public override bool HasManyExitCodes => true;

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var id = ReadId(parsed.GetRequiredValue(_id));
        var answer = await client.AbortAsync(id, Io.UserName, cancellation);
        if (parsed.GetValue(_watch))
            return await Watcher.WatchAsync(Io, client, output, id, cancellation, CodeOf);

        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, answer);
        else
            Io.Out.WriteLine($"{TextFormatter.Format(answer.Result)}: {answer.Explanation}");
        return answer.Result == AbortResult.Aborting ? ExitCodes.Success : ExitCodes.Refused;
    }

    // The wanted outcome is an abort; even a completed migration is an error here.
    private static int CodeOf(MigrationOutcome outcome) => ExitCodes.From(outcome) switch
    {
        ExitCodes.Aborted => ExitCodes.Success,
        ExitCodes.Success or ExitCodes.NotRunning => ExitCodes.Error,
        var other => other,
    };
}
