using Mesh.Cli.Client;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>Watches migrations from the command line.</summary>
internal static class Watcher
{
    /// <summary>Shows one migration until it has ended, and returns 0 if that end is what was wanted.</summary>
    /// <param name="io">The terminal.</param>
    /// <param name="client">The mesh.</param>
    /// <param name="output">How to show it.</param>
    /// <param name="id">The migration.</param>
    /// <param name="cancellation">Ends the watching.</param>
    /// <param name="codeOf">The exit code that an end deserves; null for <see cref="ExitCodes.From(MigrationOutcome)"/>.</param>
    /// <exception cref="CliException">It ended otherwise; with the exit code that this deserves.</exception>
    public static async Task<int> WatchAsync(
        Io io, MeshClient client, OutputFormat output, MigrationId id, CancellationToken cancellation, Func<MigrationOutcome, int>? codeOf = null)
    {
        var migrations = new WatchedMigrations();
        var display = WatchDisplay.Create(io, output, migrations);
        try
        {
            await display.ShowAsync(() => new StreamFollower(client, io.Time).FollowAsync(id, display.Handle, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Interrupted, $"not watching any more; the migration goes on (mesh watch {id}, mesh abort {id})");
        }

        // The events tell the end; only the migration itself tells its last numbers.
        var view = await client.GetAsync(id, cancellation);
        var row = migrations.Apply(new StreamItem.Snapshot(view)).After;
        if (output == OutputFormat.Json)
            display.Handle(new StreamItem.Snapshot(view));
        var code = view.Outcome is { } outcome ? (codeOf ?? ExitCodes.From)(outcome) : ExitCodes.Error;
        if (code != ExitCodes.Success)
            throw new CliException(code, $"migration {id} of {row.VmName}: {OutcomeText.Describe(row)}");
        if (output != OutputFormat.Json && io.IsTerminal)
            io.Out.WriteLine($"{row.VmName}: {OutcomeText.Describe(row)}");
        return code;
    }

    /// <summary>Shows every migration until interrupted.</summary>
    public static async Task<int> WatchAllAsync(Io io, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var display = WatchDisplay.Create(io, output, new WatchedMigrations());
        try
        {
            await display.ShowAsync(() => new StreamFollower(client, io.Time).FollowAsync(null, display.Handle, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Interrupting is how this watching ends.
        }

        return ExitCodes.Success;
    }
}
