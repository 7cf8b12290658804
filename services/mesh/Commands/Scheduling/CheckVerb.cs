using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh check</c>.</summary>
internal sealed class CheckVerb(Io io) : TargetQueryVerb("check", "Tell whether a machine may move, with every reason against it, and begin nothing.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh check web-1", "may it move at all, and where to?"),
        ("mesh check db-1 --to host-b --copy-storage-all", "may it move there, with its disks?"),
        ("mesh check db-1 --to host-b --inventory fleet.json", "in a pipeline, without a mesh"),
    ];

    public override IReadOnlyList<string> Notes =>
        [.. base.Notes, $"It ends with {ExitCodes.Success} if the machine may move, and with {ExitCodes.Refused} if not."];

    protected override int WriteResult(OutputFormat output, RateTargetsAnswer rated, HostName? to)
    {
        var able = rated.Refusals.Count > 0 ? [] : rated.Ratings.Where(rating => rating.Refusals.Count == 0).ToList();
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, rated);
        else if (able.Count > 0)
            Io.Out.WriteLine(Describe(rated, able, to));
        else
            RatingText.Reasons(rated).Write(Io);
        return able.Count > 0
            ? ExitCodes.Success
            : throw new CliException(ExitCodes.Refused, $"refused: {DescribeRefusal(rated, to)}");
    }

    private static string Describe(RateTargetsAnswer rated, List<HostRating> able, HostName? to) => to is { } host
        ? $"{rated.VmName} may move from {TextFormatter.Format(rated.Source)} to {host} (score {RatingText.Points(able[0].Score)})"
        : $"{rated.VmName} may move from {TextFormatter.Format(rated.Source)} to {string.Join(", ", able.Select(rating => rating.Host))}; the best is {able[0].Host} (score {RatingText.Points(able[0].Score)})";

    private static string DescribeRefusal(RateTargetsAnswer rated, HostName? to)
    {
        if (rated.Refusals.Count == 0 && to is null)
            return rated.Ratings.Count == 0 ? $"no host is known that could take {rated.VmName}" : $"none of {rated.Ratings.Count} hosts can take {rated.VmName}";
        var refusals = to is null ? rated.Refusals : [.. rated.Refusals, .. rated.Ratings.SelectMany(rating => rating.Refusals)];
        return refusals.Count > 0 ? string.Join("; ", refusals.Select(refusal => refusal.Message)) : $"{to} is not known";
    }
}
