using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary>A verb that rates destinations: in the mesh, or for an inventory file by the same function.</summary>
internal abstract class TargetQueryVerb : ClientVerb
{
    private readonly Argument<string> _vm = new("VM") { Description = "VM name or UUID." };
    private readonly Option<HostName?> _to;
    private readonly Option<string?> _inventory;
    private readonly MigrateOptions _options;

    protected TargetQueryVerb(string name, string description, Io io)
        : base(name, description, io)
    {
        Arguments.Add(_vm);
        _to = Add(new Option<HostName?>("--to")
        {
            Description = "Rate this host only. Default: all hosts.",
            HelpName = "HOST",
            CustomParser = OptionParsers.ParsedOption("--to", text => new HostName(text)),
        });
        _inventory = Add(new Option<string?>("--inventory")
        {
            Description = "Use an inventory written by 'mesh inventory export' instead of a running mesh; - for standard input.",
            HelpName = "FILE",
        });
        _options = new MigrateOptions(this);
    }

    public override IReadOnlyList<string> Notes =>
    [
        "Starts nothing. Accepts the options of 'mesh migrate'.",
        "With --inventory no running mesh is required; the result is that of a mesh with this inventory.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var (vm, to, options) = (parsed.GetRequiredValue(_vm), parsed.GetValue(_to), _options.Read(parsed));
        var rated = parsed.GetValue(_inventory) is { } path
            ? TargetRater.Rate(new FleetIndex(InventoryFile.Read(Io, path)), new RateTargets(vm, options, to))
            : await client.TargetsAsync(vm, options, to, cancellation);
        return WriteResult(output, rated, to);
    }

    protected abstract int WriteResult(OutputFormat output, RateTargetsAnswer rated, HostName? to);

    /// <summary>The reasons against the VM, and against the only host that is asked for.</summary>
    protected static IReadOnlyList<Refusal> RefusalsOf(RateTargetsAnswer rated, HostName? to) =>
        to is null ? rated.Refusals : [.. rated.Refusals, .. rated.Ratings.SelectMany(rating => rating.Refusals)];
}

/// <summary><c>mesh targets</c>.</summary>
internal sealed class TargetsVerb(Io io) : TargetQueryVerb("targets", "List all hosts as destinations of a VM: by score, or with the reasons why they are refused.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh targets web-1", "possible destinations and their scores"),
        ("mesh targets db-1 --copy-storage-all", "the same with disks copied"),
        ("mesh targets db-1 --inventory fleet.json --output json | jq -r '.ratings[] | select(.refusals == []) | .host'", "names of possible destinations"),
    ];

    protected override int WriteResult(OutputFormat output, RateTargetsAnswer rated, HostName? to)
    {
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, rated);
        }
        else
        {
            foreach (var refusal in rated.Refusals)
                Io.Out.WriteLine($"any host: {TextFormatter.Format(refusal.Code)}: {TextFormatter.ToSingleLine(refusal.Message)}");
            RatingText.Table(rated.Ratings).Write(Io);
        }

        var refusals = RefusalsOf(rated, to);
        return rated.Vm is not null && ExitCodes.From(refusals) != ExitCodes.NotFound
            ? ExitCodes.Success
            : throw new CliException(ExitCodes.From(refusals), $"refused: {string.Join("; ", refusals.Select(refusal => refusal.Message))}");
    }
}

/// <summary><c>mesh check</c>.</summary>
internal sealed class CheckVerb(Io io) : TargetQueryVerb("check", "Check whether a VM can be migrated, and list all reasons against it.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh check web-1", "can it be migrated, and where to?"),
        ("mesh check db-1 --to host-b --copy-storage-all", "can it be migrated there, with its disks?"),
        ("mesh check db-1 --to host-b --inventory fleet.json", "in CI, without a running mesh"),
    ];

    public override IReadOnlyList<string> Notes =>
        [.. base.Notes, $"Exits with {ExitCodes.Success} if the VM can be migrated, with {ExitCodes.NotFound} if it or --to is unknown, with {ExitCodes.Refused} otherwise."];

    public override bool HasManyExitCodes => true;

    protected override int WriteResult(OutputFormat output, RateTargetsAnswer rated, HostName? to)
    {
        var possible = rated.Refusals.Count > 0 ? [] : rated.Ratings.Where(rating => rating.Refusals.Count == 0).ToList();
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, rated);
        else if (possible.Count > 0)
            Io.Out.WriteLine(Describe(rated, possible, to));
        else
            RatingText.Reasons(rated).Write(Io);
        return possible.Count > 0
            ? ExitCodes.Success
            : throw new CliException(ExitCodes.From(RefusalsOf(rated, to)), $"refused: {DescribeRefusal(rated, to)}");
    }

    private static string Describe(RateTargetsAnswer rated, List<HostRating> possible, HostName? to) => to is { } host
        ? $"{rated.VmName} can migrate from {TextFormatter.Format(rated.Source)} to {host} (score {RatingText.Points(possible[0].Score)})"
        : $"{rated.VmName} can migrate from {TextFormatter.Format(rated.Source)} to {string.Join(", ", possible.Select(rating => rating.Host))}; "
            + $"best: {possible[0].Host} (score {RatingText.Points(possible[0].Score)})";

    private static string DescribeRefusal(RateTargetsAnswer rated, HostName? to)
    {
        if (rated.Refusals.Count == 0 && to is null)
            return rated.Ratings.Count == 0 ? $"no possible destination for {rated.VmName}" : $"none of {rated.Ratings.Count} hosts can take {rated.VmName}";
        var refusals = RefusalsOf(rated, to);
        return refusals.Count > 0 ? string.Join("; ", refusals.Select(refusal => refusal.Message)) : $"host '{to}' not found";
    }
}
