using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh abort</c>.</summary>
internal sealed class AbortVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "The migration." };
    private readonly Option<bool> _watch;

    public AbortVerb(Io io)
        : base("abort", "Abort a migration; the machine goes on running on the source.", io)
    {
        Arguments.Add(_id);
        _watch = Add(new Option<bool>("--watch") { Description = "Wait until the migration has ended." });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh abort 3f2a90b1c4de", "ask for it and return"),
        ("mesh abort 3f2a90b1c4de --watch", "and see that it has ended"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Refused once the machine runs on the destination, because going back would lose it.",
        "With --watch the exit code is 0 if the abort ended the migration, 1 if it completed all the same, and otherwise that of its end.",
    ];

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

    // Whoever aborts wants the migration aborted: any other end, and be it a success, is not what was asked for.
    private static int CodeOf(MigrationOutcome outcome) => ExitCodes.From(outcome) switch
    {
        ExitCodes.Aborted => ExitCodes.Success,
        ExitCodes.Success => ExitCodes.Error,
        var other => other,
    };
}
