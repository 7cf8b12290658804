using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh list</c>.</summary>
internal sealed class ListVerb : ClientVerb
{
    private const int DefaultLimit = 100;
    private readonly Option<bool> _all;
    private readonly Option<int?> _limit;

    public ListVerb(Io io)
        : base("list", "List migrations, newest first.", io)
    {
        _all = Add(new Option<bool>("--all") { Description = "Include ended migrations." });
        _limit = Add(new Option<int?>("--limit")
        {
            Description = $"Maximum number of migrations, 1 to 1000. Default: {DefaultLimit}.",
            HelpName = "N",
            CustomParser = OptionParsers.Count("--limit", "migrations", 1, 1000),
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh list", "running and queued migrations"),
        ("mesh list --all --limit 20", "the latest twenty"),
        ("mesh list --all --output json | jq -r '.[] | select(.outcome==\"failed\") | .id'", "ids of failed migrations"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var views = await client.ListAsync(!parsed.GetValue(_all), parsed.GetValue(_limit) ?? DefaultLimit, cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, views);
            return ExitCodes.Success;
        }

        var table = new TextTable("ID", "VM", "FROM", "TO", "STATE", "COPIED", "REQUESTED", "REASON");
        foreach (var view in views)
            table.Add(
                view.Id.ToString(), view.VmName, TextFormatter.Format(view.Source), TextFormatter.FormatDestination(view.Destination),
                view.Stalled ? "stalled" : TextFormatter.Format(view.Phase, view.Outcome), view.Progress.ToString(), TextFormatter.Format(view.RequestedAt),
                TextFormatter.ToSingleLine(view.Reason));
        table.Write(Io);
        return ExitCodes.Success;
    }
}
