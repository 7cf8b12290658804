using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Output;

/// <summary>Migrations that wait, in words.</summary>
internal static class Queues
{
    /// <summary>Place, what it waits for, and when it is expected to begin.</summary>
    public static string InWords(QueuedMigration waiting) => Words.OneLine(
        $"place {waiting.Position} in the queue, waits for {waiting.WaitsFor}{(waiting.ExpectedStart is { } start ? $"; expected to begin {Words.Of(start)}" : "")}");
}
