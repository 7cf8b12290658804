using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh explain</c>.</summary>
internal sealed class ExplainVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "Migration ID." };

    public ExplainVerb(Io io)
        : base("explain", "Explain a migration: its destination, failed attempts, what it is waiting for, and advice.", io) => Arguments.Add(_id);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh explain 3f2a90b1c4de", "why this destination, and why no other"),
        ("mesh explain 3f2a90b1c4de --output json | jq .placement", "the placement decision with the ratings of all hosts"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var view = await client.GetAsync(ReadId(parsed.GetRequiredValue(_id)), cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, view);
            return ExitCodes.Success;
        }

        foreach (var (name, value) in Lines(view))
            Io.Out.WriteLine($"{name + ":",-18}{TextFormatter.ToSingleLine(value)}");
        if (view.Placement is { Ratings.Count: > 0 } choice)
        {
            Io.Out.WriteLine();
            RatingText.Table(choice.Ratings).Write(Io);
        }

        return ExitCodes.Success;
    }

    private static IEnumerable<(string Name, string Value)> Lines(MigrationView view)
    {
        yield return ("migration", $"{view.Id} of {view.VmName} from {TextFormatter.Format(view.Source)}, requested by {view.RequestedBy}");
        yield return ("request", DescribeRequest(view));
        yield return ("state", $"{TextFormatter.Format(view.Phase, view.Outcome)}{(view.Reason.Length > 0 ? $": {view.Reason}" : "")}");
        var choice = view.Placement is { } placement ? $", chosen {TextFormatter.Format(placement.At)}: {placement.Reason}" : "";
        yield return ("destination", view.Destination is { } to ? $"{to}{choice}" : "not chosen yet");
        if (view.Queue is { } queue)
            yield return ("queue", MigrationText.Describe(queue));
        foreach (var (attempt, number) in view.FailedAttempts.Select((attempt, index) => (attempt, index + 1)))
            yield return ($"attempt {number}", $"{attempt.Destination} failed{(attempt.At is { } at ? $" {TextFormatter.Format(at)}" : "")}: {attempt.Failure}");
        foreach (var refusal in view.Refusals)
            yield return ("refused", $"{TextFormatter.Format(refusal.Code)}: {refusal.Message}");
        if (view.Forecast is { } forecast)
            yield return ("forecast", forecast.Text);
        if (view.Advice.Length > 0)
            yield return ("advice", view.Advice);
    }

    private static string DescribeRequest(MigrationView view)
    {
        var hosts = view.AllowedHosts.Count switch
        {
            0 => "any host",
            1 => $"{view.AllowedHosts[0]} only",
            _ => string.Join(", ", view.AllowedHosts),
        };
        return $"{hosts}{(view.Preferred is { } preferred ? $", preferred {preferred}" : "")}, priority {TextFormatter.Format(view.Priority)}"
            + $"{(view.Drain is { } drain ? $", part of drain {drain}" : "")}{(view.RelaxAffinity ? ", VM affinity may be violated" : "")}";
    }
}
