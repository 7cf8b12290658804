using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh targets</c>.</summary>
internal sealed class TargetsVerb(Io io) : TargetQueryVerb("targets", "List every host as a machine's destination: by score those that can take it, and why the others cannot.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh targets web-1", "where it may go, and why there"),
        ("mesh targets db-1 --copy-storage-all", "the same with its disks copied"),
        ("mesh targets db-1 --inventory fleet.json --output json | jq -r '.ratings[] | select(.refusals == []) | .host'", "names for programs"),
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
                Io.Out.WriteLine($"whichever host: {TextFormatter.Format(refusal.Code)}: {TextFormatter.ToSingleLine(refusal.Message)}");
            RatingText.Table(rated.Ratings).Write(Io);
        }

        return rated.Vm is not null
            ? ExitCodes.Success
            : throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", rated.Refusals.Select(refusal => refusal.Message))}");
    }
}
