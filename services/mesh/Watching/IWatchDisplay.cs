using Mesh.Cli.Client;

namespace Mesh.Cli.Watching;

/// <summary>Shows what comes over a live stream.</summary>
internal interface IWatchDisplay
{
    /// <summary>Takes one item; called by one thread at a time.</summary>
    void Handle(StreamItem item);

    /// <summary>Shows what comes for as long as <paramref name="follow"/> runs.</summary>
    Task ShowAsync(Func<Task> follow);
}

/// <summary>Chooses how to show.</summary>
internal static class WatchDisplay
{
    public static IWatchDisplay Create(Io io, OutputFormat format, WatchedMigrations migrations) => format switch
    {
        OutputFormat.Json => new JsonDisplay(io),
        _ when io.IsTerminal => new LiveDisplay(io, migrations),
        _ => new LineDisplay(io, migrations),
    };
}

/// <summary>What standard output is for.</summary>
internal enum OutputFormat
{
    /// <summary>A person.</summary>
    Table,

    /// <summary>A program.</summary>
    Json,
}
