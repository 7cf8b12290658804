using Mesh.Cli.Client;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Api;
using Mesh.Contracts.Values;

namespace Mesh.Server.Demo;

/// <summary>Requests all moves at once and follows them until they end, through the public API.</summary>
internal sealed class DemoRun(MeshClient client, Io io, WatchedMigrations migrations, IWatchDisplay display, IReadOnlyList<DemoMove> moves)
{
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs the moves; returns when all have ended or when cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = new StreamFollower(client, io.Time).FollowAsync(null, Handle, stop.Token);
        var moving = MoveAllAsync(stop.Token);
        try
        {
            // A failure of either ends the run.
            await await Task.WhenAny(moving, following);
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The final state, with what the stream may have missed.
        foreach (var move in moves)
            migrations.Apply(new StreamItem.Snapshot(await client.GetAsync(move.Id, cancellation)));
    }

    private async Task MoveAllAsync(CancellationToken cancellation)
    {
        await Task.WhenAll(moves.Select(move => MoveAsync(move, cancellation)));
        await _allEnded.Task.WaitAsync(cancellation);
    }

    private async Task MoveAsync(DemoMove move, CancellationToken cancellation)
    {
        try
        {
            var body = new MigrationRequestBody
            {
                Id = move.Id,
                Vm = move.Vm,
                To = move.To,
                Options = move.Options,
                Policy = move.Policy,
                Allow = move.Allow,
                RequestedBy = "demo",
            };
            await client.RequestAsync(body, cancellation);
        }
        catch (CliException e) when (e.ExitCode == ExitCodes.Refused)
        {
            return;
        }

        if (move.AbortAfter is { } after)
        {
            await Task.Delay(after, io.Time, cancellation);
            await client.AbortAsync(move.Id, "demo", cancellation);
        }
    }

    private void Handle(StreamItem item)
    {
        display.Handle(item);
        var ended = migrations.Rows.Where(row => row.HasEnded).Select(row => row.Id).ToHashSet<MigrationId>();
        if (moves.All(move => ended.Contains(move.Id)))
            _allEnded.TrySetResult();
    }
}
