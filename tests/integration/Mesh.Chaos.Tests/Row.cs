using Mesh.Testing;

namespace Mesh.Chaos.Tests;

/// <summary>
/// One fault on one pair of hosts. Five migrations are brought into one phase each and are hit by the same strike: that is harder
/// than one at a time, and the whole table takes minutes instead of most of an hour.
/// </summary>
internal sealed class Row(Fault fault, HostPair pair)
{
    private bool _isStruck;
    private bool _isHealed;
    private bool _isRestored;

    public IReadOnlyList<Cell> Cells { get; } = [.. Phases.All.Select(phase => new Cell(fault, phase, pair))];

    /// <summary>Runs it to its end; what goes wrong is told by the cells.</summary>
    public async Task RunAsync()
    {
        try
        {
            await EnterAllAsync();
            var struck = DateTimeOffset.UtcNow;
            await StrikeAsync();
            var healed = DateTimeOffset.UtcNow;
            await HealAsync();
            await Task.WhenAll(Cells.Select(cell => EachAsync(cell, () => cell.AwaitEndAsync(struck))));
            await RestoreAsync();
            foreach (var cell in Cells.Where(cell => cell.Ended is not null))
                await EachAsync(cell, () => CellCheck.CheckAsync(cell, healed));
        }
        catch (Exception e)
        {
            foreach (var cell in Cells)
                cell.Fail($"the row broke off: {Words(e)}");
        }

        foreach (var cell in Cells.Where(cell => cell.Failure is not null))
            cell.PointTo(await Evidence.KeepAsync(cell));
        await CleanUpAsync();
    }

    private async Task EnterAllAsync()
    {
        await pair.GatherAsync();
        foreach (var host in pair.Hosts)
            await pair.AwaitHeardAsync(host);
        await pair.SlowDownAsync();
        foreach (var cell in Cells.OrderBy(cell => Phases.AsEntered.IndexOf(cell.Phase)))
            await cell.EnterAsync();
        foreach (var cell in Cells)
            await cell.ConfirmAsync();
    }

    private async Task StrikeAsync()
    {
        _isStruck = true;
        await fault.Strike(pair);
        foreach (var cell in Cells.Where(cell => cell.Phase.Release is not null))
            await cell.Phase.Release!(cell);
        if (fault.SilencesHost is { } silences)
            await AwaitOneSidedWordAsync(silences(pair) == pair.Source ? pair.Destination : pair.Source);
    }

    /// <summary>The other host says all that it can say; that alone must not be enough for an end.</summary>
    private async Task AwaitOneSidedWordAsync(string speaking)
    {
        await Eventually.HoldsAsync(
            async () => (await Task.WhenAll(Cells.Select(cell => pair.Bed.StateAsync(speaking, cell.Guest)))).All(state => state is not "paused (migrating)"),
            $"{speaking} has noticed that its counterpart is gone", TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(250));
        await pair.AwaitHeardAsync(speaking);
    }

    private async Task HealAsync()
    {
        await fault.Heal(pair);
        _isHealed = true;
        await pair.SpeedUpAsync();
        await Task.WhenAll(Cells.Where(cell => cell.Phase.LetGo is not null).Select(cell => cell.Phase.LetGo!(cell)));
    }

    private async Task RestoreAsync()
    {
        if (_isRestored || fault.Restore is not { } restore)
            return;
        _isRestored = true;
        await restore(pair);
    }

    private static async Task EachAsync(Cell cell, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e)
        {
            cell.Fail(Words(e));
        }
    }

    private static string Words(Exception e) => e is TimeoutException or ShouldAssertException or InvalidOperationException ? e.Message : e.ToString();

    /// <summary>The next row finds the pair as this one did, whatever became of this one.</summary>
    private async Task CleanUpAsync()
    {
        if (_isStruck && !_isHealed)
            await fault.Heal(pair);
        await RestoreAsync();
        await pair.SpeedUpAsync();
        await Task.WhenAll(Cells.Select(cell => EachAsync(cell, cell.LeaveNothingAsync)));
        foreach (var cell in Cells)
        {
            if (cell.Phase.Release is { } release)
                await release(cell);
            await pair.Guests.SettleAsync(cell.Phase, cell.Home);
        }
    }
}
