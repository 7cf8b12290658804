using Mesh.Contracts.Migrations;
using Mesh.Testing;

namespace Mesh.Chaos.Tests;

/// <summary>Checks that a cell's migration has an expected outcome, and that its guest runs exactly once or, if its host died, not at all.</summary>
internal static class CellAssertions
{
    public static async Task CheckAsync(Cell cell, DateTimeOffset recoveredAt)
    {
        var (expected, ended) = (cell.Fault.GetExpected(cell.Phase), cell.Ended!);
        var outcome = ended.Outcome!.Value;
        expected.Outcomes.ShouldContain(outcome, $"{outcome}: {ended.Reason}");
        if (cell.Fault.UnresponsiveHost is not null)
            ended.EndedAt!.Value.ShouldBeGreaterThan(recoveredAt, "no outcome is announced on one host's report");

        CheckSteps(cell, HasMoved(outcome));

        var (pair, guest) = (cell.Pair, cell.Guest);
        var isNowhere = expected.GuestDies || outcome is MigrationOutcome.Lost;
        var home = isNowhere ? null : HasMoved(outcome) ? pair.Destination : pair.Source;
        foreach (var host in pair.Hosts)
        {
            var state = await pair.Bed.GetStateAsync(host, guest);
            var what = $"{guest} on {host} after {outcome}: {ended.Reason}";
            if (host == home)
                (state ?? "").ShouldStartWith("running", Case.Sensitive, what);
            else if (!(expected.GuestDies && IsHalfAGuest(state)))
                state.ShouldBeNull(what);
        }

        if (home is null)
        {
            await pair.Bed.RunAsync("continuity", guest);
        }
        else
        {
            await Eventually.HoldsAsync(async () => await pair.Bed.GetVcpuQuotaAsync(home, guest) == -1, $"{guest} runs unthrottled on {home}", every: Cell.PollInterval);
            await pair.Bed.VerifyGuestAsync(home, guest);
        }

        cell.Home = home;
    }

    /// <summary>No step is taken twice or out of order; a migration that succeeds takes all of them.</summary>
    private static void CheckSteps(Cell cell, bool hasMoved)
    {
        var taken = cell.Ended!.Changes.Where(change => change.Origin is ChangeOrigin.Policy).Select(change => change.Description).ToList();
        taken.ShouldBe(hasMoved ? cell.Phase.Steps : cell.Phase.Steps.Take(taken.Count), $"after {cell.Ended.Outcome}");
    }

    /// <summary>Half of its memory died with the other host, so it can never continue; what to do with it is up to an operator.</summary>
    private static bool IsHalfAGuest(string? state) => state?.EndsWith("(post-copy failed)", StringComparison.Ordinal) is true;

    private static bool HasMoved(MigrationOutcome outcome) => outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy;
}
