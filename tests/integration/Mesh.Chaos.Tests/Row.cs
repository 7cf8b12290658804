using Mesh.Testing;

namespace Mesh.Chaos.Tests;

/// <summary>
/// One fault on one pair of hosts. Five migrations are brought into one phase each and are hit by the same fault: that is harder
/// than one at a time, and the whole table takes minutes instead of most of an hour.
/// </summary>
internal sealed class Row(Fault fault, HostPair pair)
{
    private bool _isInjected;
    private bool _isRecovered;
    private bool _isRestored;

    public IReadOnlyList<Cell> Cells { get; } = [.. Phases.All.Select(phase => new Cell(fault, phase, pair))];

    /// <summary>Runs the row; failures are recorded in the cells.</summary>
    public async Task RunAsync()
    {
        try
        {
            await EnterAllAsync();
            var injectedAt = DateTimeOffset.UtcNow;
            await InjectAsync();
            var recoveredAt = DateTimeOffset.UtcNow;
            await RecoverAsync();
            await Task.WhenAll(Cells.Select(cell => TryStepAsync(cell, () => cell.AwaitEndAsync(injectedAt))));
            await RestoreAsync();
            foreach (var cell in Cells.Where(cell => cell.Ended is not null))
                await TryStepAsync(cell, () => CellAssertions.CheckAsync(cell, recoveredAt));
        }
        catch (Exception e)
        {
            foreach (var cell in Cells)
                cell.Fail($"the row was abandoned: {Describe(e)}");
        }

        foreach (var cell in Cells.Where(cell => cell.Failure is not null))
            cell.AddEvidence(await Evidence.SaveAsync(cell));
        await CleanUpAsync();
    }

    private async Task EnterAllAsync()
    {
        await pair.GatherAsync();
        foreach (var host in pair.Hosts)
            await pair.AwaitReportAsync(host);
        await pair.LimitLinkAsync();
        foreach (var cell in Cells.OrderBy(cell => Phases.AsEntered.IndexOf(cell.Phase)))
            await cell.EnterAsync();
        foreach (var cell in Cells)
            await cell.ConfirmAsync();
    }

    private async Task InjectAsync()
    {
        _isInjected = true;
        await fault.Inject(pair);
        foreach (var cell in Cells.Where(cell => cell.Phase.Release is not null))
            await cell.Phase.Release!(cell);
        if (fault.UnresponsiveHost is { } unresponsiveHost)
            await AwaitOneSidedReportAsync(unresponsiveHost(pair) == pair.Source ? pair.Destination : pair.Source);
    }

    /// <summary>Waits for a report of the other host after it has noticed the fault; that alone must not be enough for an outcome.</summary>
    private async Task AwaitOneSidedReportAsync(string responding)
    {
        await Eventually.HoldsAsync(
            async () => (await Task.WhenAll(Cells.Select(cell => pair.Bed.GetStateAsync(responding, cell.Guest)))).All(state => state is not "paused (migrating)"),
            $"{responding} has noticed that its counterpart is gone", TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(250));
        await pair.AwaitReportAsync(responding);
    }

    private async Task RecoverAsync()
    {
        await fault.Recover(pair);
        _isRecovered = true;
        await pair.RestoreLinkAsync();
        await Task.WhenAll(Cells.Where(cell => cell.Phase.Finish is not null).Select(cell => cell.Phase.Finish!(cell)));
    }

    private async Task RestoreAsync()
    {
        if (_isRestored || fault.Restore is not { } restore)
            return;
        _isRestored = true;
        await restore(pair);
    }

    private static async Task TryStepAsync(Cell cell, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e)
        {
            cell.Fail(Describe(e));
        }
    }

    private static string Describe(Exception e) => e is TimeoutException or ShouldAssertException or InvalidOperationException ? e.Message : e.ToString();

    /// <summary>Restores the pair for the next row, however this one ended.</summary>
    private async Task CleanUpAsync()
    {
        if (_isInjected && !_isRecovered)
            await fault.Recover(pair);
        await RestoreAsync();
        await pair.RestoreLinkAsync();
        await Task.WhenAll(Cells.Select(cell => TryStepAsync(cell, cell.AbortIfRunningAsync)));
        foreach (var cell in Cells)
        {
            if (cell.Phase.Release is { } release)
                await release(cell);
            await pair.Guests.RecordHomeAsync(cell.Phase, cell.Home);
        }
    }
}
