using Mesh.Contracts.Telemetry;
using Mesh.Policy.Traces;

namespace Mesh.Migrations;

/// <summary>Exports a recorded migration as a trace that any policy can be tried on.</summary>
public static class TraceExport
{
    /// <summary>The telemetry of the last attempt, as JSON lines (<see cref="TraceFormat"/>); null if the migration never had a VM.</summary>
    /// <param name="journal">Every input of the migration with its time, in order.</param>
    public static string? FromJournal(IEnumerable<(DateTimeOffset At, MigrationInput Input)> journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        MigrationState? state = null;
        List<TraceSample> samples = [];
        foreach (var (at, input) in journal)
        {
            if (input is AdmissionReceived)
                samples.Clear();
            if (input is ReportReceived { Sample: { } sample } report && state is not null && report.Host == state.Source && IsNewSample(state, sample, samples))
                samples.Add(TraceSample.FromTelemetry(sample.Phase, sample.Copy, isSuspended: state.Plan?.Tuning.IsSuspended ?? false));
            state = MigrationStateMachine.Apply(state, input, at).State;
        }

        return state is { Vm: not null } ? TraceFormat.Write(new MigrationTrace(PolicyDriver.CreateSubject(state), samples)) : null;
    }

    private static bool IsNewSample(MigrationState state, MigrationSample sample, List<TraceSample> samples) =>
        sample.Epoch == state.Epoch && PolicyDriver.IsCopying(sample) && (samples.Count == 0 || sample.Copy.Elapsed > samples[^1].Copy.Elapsed);
}
