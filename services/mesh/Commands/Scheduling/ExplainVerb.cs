using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh explain</c>.</summary>
internal sealed class ExplainVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "The migration." };

    public ExplainVerb(Io io)
        : base("explain", "Tell why a migration went to its host, what failed before, what it waits for, and what would help.", io) => Arguments.Add(_id);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh explain 3f2a90b1c4de", "why there, and why not elsewhere"),
        ("mesh explain 3f2a90b1c4de --output json | jq .choice", "the choice with every host that was looked at"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var view = await client.ShowAsync(ReadId(parsed.GetRequiredValue(_id)), cancellation);
        if (output == OutputFormat.Json)
        {
            Json.Write(Io, view);
            return ExitCodes.Done;
        }

        foreach (var (name, value) in Lines(view))
            Io.Out.WriteLine($"{name + ":",-18}{Words.OneLine(value)}");
        if (view.Choice is { Ratings.Count: > 0 } choice)
        {
            Io.Out.WriteLine();
            Ratings.Table(choice.Ratings).Write(Io);
        }

        return ExitCodes.Done;
    }

    private static IEnumerable<(string Name, string Value)> Lines(MigrationView view)
    {
        yield return ("migration", $"{view.Id} of {view.VmName} from {Words.Of(view.Source)}, asked for by {view.RequestedBy}");
        yield return ("asked for", Asked(view));
        yield return ("stands", $"{Words.Of(view.Phase, view.Outcome)}{(view.Reason.Length > 0 ? $": {view.Reason}" : "")}");
        yield return ("goes to", view.Destination is { } to ? $"{to}{(view.Choice is { } choice ? $", chosen {Words.Of(choice.At)}: {choice.Why}" : "")}" : "not decided yet");
        if (view.Queue is { } queue)
            yield return ("waits", Queues.InWords(queue));
        foreach (var (attempt, number) in view.FailedAttempts.Select((attempt, index) => (attempt, index + 1)))
            yield return ($"attempt {number}", $"{attempt.Destination} failed{(attempt.At is { } at ? $" {Words.Of(at)}" : "")}: {attempt.Failure}");
        foreach (var refusal in view.Refusals)
            yield return ("refused", $"{Words.Of(refusal.Code)}: {refusal.Message}");
        if (view.Forecast is { } forecast)
            yield return ("forecast", forecast.Text);
        if (view.Advice.Length > 0)
            yield return ("would help", view.Advice);
    }

    private static string Asked(MigrationView view)
    {
        var hosts = view.AllowedHosts.Count switch
        {
            0 => "any host",
            1 => $"{view.AllowedHosts[0]} and no other",
            _ => string.Join(", ", view.AllowedHosts),
        };
        return $"{hosts}{(view.Preferred is { } preferred ? $", preferably {preferred}" : "")}, priority {Words.Of(view.Priority)}"
            + $"{(view.Drain is { } drain ? $", for the drain {drain}" : "")}{(view.RelaxAffinity ? ", affinity may be relaxed" : "")}";
    }
}
