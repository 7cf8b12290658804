using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// Finds a guest that stopped on its source before it was moved: it shut down, crashed or was destroyed. That is neither a loss nor a
/// failure of a host, and the reports of both hosts show it within two ticks.
/// </summary>
internal static class GuestStops
{
    // The reasons that libvirt gives for a domain that is off. "migrated" is none: then the guest may run elsewhere.
    private static readonly (string Word, string What)[] Reasons =
    [
        ("crashed", "crashed"), ("panicked", "crashed"), ("destroyed", "was destroyed"), ("shutdown", "shut down"), ("saved", "was saved and stopped"),
        ("snapshot", "was reverted to a snapshot"), ("failed", "failed"), ("daemon", "stopped"),
    ];

    public static void Check(TransitionContext context)
    {
        var state = context.State;
        if (state.GuestStop is { IsConfirmed: true })
            return;
        if (Describe(state) is not { } detail)
        {
            context.State = state with { GuestStop = null };
            return;
        }

        var stop = state.GuestStop is { } known ? known with { Detail = detail } : new GuestStop(detail, context.Now);
        var isConfirmed = IsConfirmed(state, stop, context.Now);
        context.State = state with { GuestStop = stop with { IsConfirmed = isConfirmed } };
        if (!isConfirmed)
            return;
        if (state.Phase == MigrationPhase.Queued)
            context.End(MigrationOutcome.GuestStopped, detail);
        else if (state.Phase != MigrationPhase.CleaningUp)
            CompletionPhase.StartCleanUp(context);
    }

    /// <summary>Whether a report concerns a migration that is queued: the guest has stopped on its source, or runs again.</summary>
    public static bool ConcernsQueued(MigrationState state, ReportReceived report) =>
        report is { HypervisorReachable: true } && (report.Vm is null or { Status: VmStatus.Down } || state.GuestStop is not null);

    /// <summary>Whether the guest of a migration is known to have stopped before it ran on the destination.</summary>
    public static bool HasStopped(MigrationState state) => state is { GuestStop.IsConfirmed: true, RanOnDestination: false };

    /// <summary>How a VM that is off came to be so, such as <c>crashed</c>; null if the hypervisor does not say, or it has left by a migration.</summary>
    public static string? FindReason(HostObservation? observation) =>
        observation is { Status: VmStatus.Down, IsListed: true, IsFenced: false, Detail: var detail } && !detail.Contains("migrated", StringComparison.OrdinalIgnoreCase)
            ? Reasons.FirstOrDefault(reason => detail.Contains(reason.Word, StringComparison.OrdinalIgnoreCase)).What
            : null;

    private static string? Describe(MigrationState state)
    {
        if (state.SourceObservation is not { Status: VmStatus.Down, IsFenced: false } source)
            return null;
        return state.Phase < MigrationPhase.Starting ? DescribeWaiting(state, source) : DescribeRunning(state, source);
    }

    private static string? DescribeWaiting(MigrationState state, HostObservation source)
    {
        const string When = "while its migration waited";
        if (state.OnThirdHost == ThirdHostPresence.Yes)
            return null;
        if (FindReason(source) is { } what)
            return $"the guest {what} {When}: {state.Source} reports it as {source.Detail}, defined there";

        // It may be on its way to another host outside the mesh.
        return state.OnThirdHost == ThirdHostPresence.No ? $"the guest stopped {When}: {state.Source} no longer has it, and no other host does" : null;
    }

    private static string? DescribeRunning(MigrationState state, HostObservation source)
    {
        // What was sent to the source and not answered may still be carried out, if somebody starts the guest again.
        if (state.Outstanding.Any(command => command.Command is StartMigration) || AbortHandler.IsPreventingLateStart(state))
            return null;

        // A guest that has run on the destination did not stop on the source, whatever became of its copy there.
        if (state is { RanOnDestination: true } or { ReachedPostCopy: true } or { JobEnd.Result: JobResult.Completed }
            || state.DestinationObservation?.Status is not (null or VmStatus.Down or VmStatus.MigratingTo))
            return null;
        const string When = "during its migration";
        if (FindReason(source) is { } what)
            return $"the guest {what} {When}: {state.Source} reports it as {source.Detail}, defined there";
        return state.JobEnd is { GuestStopped: true } ? $"the guest stopped {When}: {state.Source} no longer has it" : null;
    }

    private static bool IsConfirmed(MigrationState state, GuestStop stop, DateTimeOffset now)
    {
        if (!state.SourceObservation!.HoldsAfter(stop.Since))
            return false;
        if (state.Phase < MigrationPhase.Starting)
            return FindReason(state.SourceObservation) is not null || now >= stop.Since + MigrationTimers.LocationGrace;
        return state.DestinationObservation?.HoldsAfter(stop.Since) is true;
    }
}
