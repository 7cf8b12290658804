using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Output;

/// <summary>Migrations that wait, in words.</summary>
internal static class QueueText
{
    /// <summary>Place, what it waits for, and when it is expected to begin.</summary>
    public static string Describe(QueuedMigration waiting) => TextFormatter.ToSingleLine(
        $"place {waiting.Position} in the queue, waits for {waiting.WaitReason}{(waiting.ExpectedStart is { } start ? $"; expected to begin {TextFormatter.Format(start)}" : "")}");
}
