using Mesh.Contracts.Telemetry;
using Mesh.Policy;
using Mesh.Policy.Traces;

namespace Mesh.Migrations;

/// <summary>A recorded flight as a trace that any policy can be tried on.</summary>
public static class FlightTrace
{
    /// <summary>The telemetry of the last attempt, as JSON lines (<see cref="TraceFormat"/>); null if the flight never had a machine.</summary>
    /// <param name="journal">Every input that the flight was told and when, in order.</param>
    public static string? Of(IEnumerable<(DateTimeOffset At, FlightInput Input)> journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        FlightState? state = null;
        List<PlanSample> samples = [];
        foreach (var (at, input) in journal)
        {
            if (input is AttemptReceived)
                samples.Clear();
            if (input is ReportReceived { Sample: { } sample } report && state is not null && report.Host == state.Source && IsNews(state, sample, samples))
                samples.Add(Steering.Of(sample, state.Plan?.Knobs ?? new Knobs()));
            state = Flight.Apply(state, input, at).State;
        }

        return state is { Vm: not null } ? TraceFormat.Write(new Trace(Steering.SubjectOf(state), samples)) : null;
    }

    private static bool IsNews(FlightState state, MigrationSample sample, List<PlanSample> samples) =>
        sample.Epoch == state.Epoch && Steering.IsPlannedOn(sample) && (samples.Count == 0 || sample.Elapsed > samples[^1].At);
}
