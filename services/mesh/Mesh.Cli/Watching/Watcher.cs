using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>Watches migrations from the command line.</summary>
internal static class Watcher
{
    /// <summary>Displays one migration until it has ended, and returns 0 for the wanted outcome.</summary>
    /// <param name="io">The terminal.</param>
    /// <param name="client">The mesh.</param>
    /// <param name="output">The output format.</param>
    /// <param name="id">The migration.</param>
    /// <param name="cancellation">Stops watching.</param>
    /// <param name="codeOf">The exit code of an outcome; null for <see cref="ExitCodes.From(MigrationOutcome)"/>.</param>
    /// <exception cref="CliException">It had another outcome; with the outcome's exit code.</exception>
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
            throw new CliException(ExitCodes.Interrupted, $"stopped watching; the migration continues (mesh watch {id}, mesh abort {id})");
        }
        catch (CliException e) when (MayContinue(e))
        {
            throw StillRunning(id, e);
        }

        // The events contain the outcome; the final statistics are in the migration only.
        MigrationView view;
        try
        {
            view = await client.GetAsync(id, cancellation);
        }
        catch (CliException e) when (MayContinue(e))
        {
            throw StillRunning(id, e);
        }

        var row = migrations.Apply(new StreamItem.Snapshot(view)).After;
        if (output == OutputFormat.Json)
            display.Handle(new StreamItem.Snapshot(view));
        var code = view.Outcome is { } outcome ? (codeOf ?? ExitCodes.From)(outcome) : ExitCodes.Error;
        if (code != ExitCodes.Success)
            throw new CliException(code, $"migration {id} of {row.VmName}: {row.DescribeOutcome()}");
        if (output != OutputFormat.Json && io.IsTerminal)
            io.Out.WriteLine(TextFormatter.ToSingleLine($"{row.VmName}: {row.DescribeOutcome()}"));
        return code;
    }

    /// <summary>Displays all migrations until interrupted, which is its only end.</summary>
    public static async Task<int> WatchAllAsync(Io io, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var display = WatchDisplay.Create(io, output, new WatchedMigrations());
        try
        {
            await display.ShowAsync(() => new StreamFollower(client, io.Time).FollowAsync(null, display.Handle, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was printed is all there is to say.
        }

        return ExitCodes.Interrupted;
    }

    // A refused or broken stream says nothing of the migration.
    private static bool MayContinue(CliException e) => e.ExitCode is not (ExitCodes.NotFound or ExitCodes.OutputClosed);

    private static CliException StillRunning(MigrationId id, CliException e) =>
        new(e.ExitCode, $"{e.Message}; migration {id} is not affected (mesh watch {id}, mesh abort {id})", e) { Problem = e.Problem is { } problem ? problem with { MigrationId = id } : null };
}
