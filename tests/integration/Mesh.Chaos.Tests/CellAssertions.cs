using Mesh.Contracts.Migrations;
using Mesh.Testing;

namespace Mesh.Chaos.Tests;

/// <summary>Whether a cell's migration ended as it should, and its guest lives once or, where its host died, not at all.</summary>
internal static class CellAssertions
{
    public static async Task CheckAsync(Cell cell, DateTimeOffset recoveredAt)
    {
        var (end, ended) = (cell.Fault.GetExpected(cell.Phase), cell.Ended!);
        var outcome = ended.Outcome!.Value;
        end.Outcomes.ShouldContain(outcome, $"{outcome}: {ended.Reason}");
        if (cell.Fault.UnresponsiveHost is not null)
            ended.EndedAt!.Value.ShouldBeGreaterThan(recoveredAt, "no end is named on one host's word");

        CheckSteps(cell, HasMoved(outcome));

        var (pair, guest) = (cell.Pair, cell.Guest);
        var isNowhere = end.GuestDies || outcome is MigrationOutcome.Lost;
        var home = isNowhere ? null : HasMoved(outcome) ? pair.Destination : pair.Source;
        foreach (var host in pair.Hosts)
        {
            var state = await pair.Bed.GetStateAsync(host, guest);
            var what = $"{guest} on {host} after {outcome}: {ended.Reason}";
            if (host == home)
                (state ?? "").ShouldStartWith("running", Case.Sensitive, what);
            else if (!(end.GuestDies && IsHalfAGuest(state)))
                state.ShouldBeNull(what);
        }

        if (home is null)
        {
            await pair.Bed.RunAsync("continuity", guest);
        }
        else
        {
            await Eventually.HoldsAsync(async () => await pair.Bed.GetVcpuQuotaAsync(home, guest) == -1, $"{guest} runs as fast as it likes on {home}", every: Cell.PollInterval);
            await pair.Bed.VerifyGuestAsync(home, guest);
        }

        cell.Home = home;
    }

    /// <summary>No step is taken twice or out of turn; those of a migration that ends well are all taken.</summary>
    private static void CheckSteps(Cell cell, bool hasMoved)
    {
        var taken = cell.Ended!.Changes.Where(change => change.Origin is ChangeOrigin.Policy).Select(change => change.Description).ToList();
        taken.ShouldBe(hasMoved ? cell.Phase.Steps : cell.Phase.Steps.Take(taken.Count), $"after {cell.Ended.Outcome}");
    }

    /// <summary>Half of its memory died with the other host: that it can never go on is known, and what to do with it is for a person to say.</summary>
    private static bool IsHalfAGuest(string? state) => state?.EndsWith("(post-copy failed)", StringComparison.Ordinal) is true;

    private static bool HasMoved(MigrationOutcome outcome) => outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy;
}
