namespace Mesh.Migrations;

/// <summary>
/// A flight's time never runs backwards. Inside a process the clock does not jump; over a restart it may have been set back, and then
/// everything that the flight waits for would be late by as much.
/// </summary>
internal static class FlightTime
{
    /// <summary>The state with its times as if the clock had always shown what it shows now.</summary>
    public static FlightState At(this FlightState state, DateTimeOffset now)
    {
        var ahead = state.At - now;
        return (ahead > TimeSpan.Zero ? Earlier(state, ahead) : state) with { At = now };
    }

    private static FlightState Earlier(FlightState state, TimeSpan by) => state with
    {
        RequestedAt = state.RequestedAt - by,
        QueuedAt = state.QueuedAt - by,
        StartedAt = state.StartedAt - by,
        PlanZero = state.PlanZero - by,
        Recovery = state.Recovery is { } recovery ? recovery with { NextAt = recovery.NextAt - by } : null,
        PhaseSince = state.PhaseSince - by,
        CleanedUpAt = state.CleanedUpAt - by,
        Outstanding = [.. state.Outstanding.Select(command => command with { ResendAt = command.ResendAt - by })],
        SourceWord = Earlier(state.SourceWord, by),
        DestinationWord = Earlier(state.DestinationWord, by),
        Verdict = state.Verdict is { } verdict ? verdict with { Since = verdict.Since - by } : null,
    };

    private static HostWord? Earlier(HostWord? word, TimeSpan by) => word is null ? null : word with { HeardAt = word.HeardAt - by };
}
