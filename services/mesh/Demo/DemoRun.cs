using Mesh.Cli.Client;
using Mesh.Cli.Watching;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Demo;

/// <summary>Asks for all the moves at once and follows them to their ends, through the same API as everyone.</summary>
internal sealed class DemoRun(MeshClient client, Io io, WatchedMigrations migrations, IWatchDisplay display, IReadOnlyList<DemoMove> moves)
{
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs the moves; returns when all have ended, or when <paramref name="cancellation"/> says so.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = new StreamFollower(client, io.Time).FollowAsync(null, Handle, stop.Token);
        var moving = MoveAllAsync(stop.Token);
        try
        {
            // Either one going wrong ends the run.
            await await Task.WhenAny(moving, following);
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Whatever the display has missed, the migrations themselves know.
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
            await client.AbortAsync(move.Id, "the demonstration", cancellation);
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
