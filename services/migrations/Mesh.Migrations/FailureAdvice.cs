using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>
/// What would help a migration that failed because of its VM: it did not converge, and would not on another host either, so none is
/// tried.
/// </summary>
internal static class FailureAdvice
{
    public static string Describe(MigrationState state, MigrationOutcome outcome)
    {
        if (outcome is not (MigrationOutcome.TimedOut or MigrationOutcome.AbortedByPolicy) || state.StartedAt is null)
            return "";
        return state.Forecast switch
        {
            { Converges: false, Advice.Length: > 0 } forecast => $"it did not converge, because {forecast.Reason}; it would with {forecast.Advice}",
            { Converges: false } forecast => $"it did not converge, because {forecast.Reason}; migrate it when it writes less",
            { Converges: true, TimeToEnd: { } rest } => $"it was converging and would have ended in about {rest.TotalSeconds:0} s; a longer limit would have been enough",
            _ => "",
        };
    }
}
