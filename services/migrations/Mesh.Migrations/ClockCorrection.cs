namespace Mesh.Migrations;

/// <summary>
/// A flight's time never runs backwards. Inside a process the clock does not jump; over a restart it may have been set back, and then
/// everything that the flight waits for would be late by as much.
/// </summary>
internal static class ClockCorrection
{
    /// <summary>The state with its times as if the clock had always shown what it shows now.</summary>
    public static MigrationState AdvanceTo(this MigrationState state, DateTimeOffset now)
    {
        var ahead = state.UpdatedAt - now;
        return (ahead > TimeSpan.Zero ? ShiftBack(state, ahead) : state) with { UpdatedAt = now };
    }

    private static MigrationState ShiftBack(MigrationState state, TimeSpan by) => state with
    {
        RequestedAt = state.RequestedAt - by,
        QueuedAt = state.QueuedAt - by,
        StartedAt = state.StartedAt - by,
        CopyStartedAt = state.CopyStartedAt - by,
        Recovery = state.Recovery is { } recovery ? recovery with { NextAt = recovery.NextAt - by } : null,
        PhaseSince = state.PhaseSince - by,
        CleanedUpAt = state.CleanedUpAt - by,
        Outstanding = [.. state.Outstanding.Select(command => command with { ResendAt = command.ResendAt - by })],
        SourceObservation = ShiftBack(state.SourceObservation, by),
        DestinationObservation = ShiftBack(state.DestinationObservation, by),
        PendingLocation = state.PendingLocation is { } verdict ? verdict with { Since = verdict.Since - by } : null,
    };

    private static HostObservation? ShiftBack(HostObservation? observation, TimeSpan by) => observation is null ? null : observation with { ReceivedAt = observation.ReceivedAt - by };
}
