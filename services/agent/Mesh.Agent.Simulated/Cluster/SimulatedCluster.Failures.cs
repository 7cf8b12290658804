using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    private readonly HashSet<(HostName, HostName)> _cuts = [];
    private long _version;

    /// <summary>Rises with everything that changes what <see cref="Copies"/> tells.</summary>
    internal long Version => Interlocked.Read(ref _version);

    /// <summary>Every machine on every host.</summary>
    internal IReadOnlyList<SimulatedCopy> Copies()
    {
        lock (_lock)
            return
            [
                .. _hosts.Values.SelectMany(host => host.Vms.Values.Select(
                    vm => new SimulatedCopy(host.Name, vm.Spec.Id, vm.Spec.Name, vm.State, vm.HasRunHere, vm.QuotaPercent))),
            ];
    }

    /// <summary>Every migration that runs.</summary>
    internal IReadOnlyList<SimulatedJob> Jobs()
    {
        lock (_lock)
            return
            [
                .. _flights.Select(flight => new SimulatedJob(
                    flight.VmId, flight.Source.Name, flight.Destination.Name, flight.Now.Phase, flight.IsHandedOver)),
            ];
    }

    /// <summary>QEMU gives up a machine's migration; false if there is none that can fail now.</summary>
    internal bool FailJob(VmId vm, string error)
    {
        lock (_lock)
        {
            Advance();
            if (_flights.FirstOrDefault(flight => flight.VmId == vm) is not { IsHandedOver: false } flight)
                return false;
            if (IsInPostCopy(flight))
                BreakPostCopy(flight);
            else
                BackToSource(flight, new MigrateResult(MigrateOutcome.Failed, error));
            return true;
        }
    }

    /// <summary>Cuts two hosts' hypervisors off from each other: what is under way between them stands still until <see cref="Mend"/> or a failure.</summary>
    internal void Cut(HostName left, HostName right)
    {
        lock (_lock)
        {
            Advance();
            _cuts.Add((left, right));
            _cuts.Add((right, left));
        }
    }

    /// <summary>Lets two hosts' hypervisors reach each other again.</summary>
    internal void Mend(HostName left, HostName right)
    {
        lock (_lock)
        {
            Advance();
            _cuts.Remove((left, right));
            _cuts.Remove((right, left));
        }
    }

    /// <summary>
    /// A host's hypervisor daemon dies and comes back while its machines live on. Migrate calls lose their connection; outgoing
    /// jobs go on without them or are cancelled when the daemon is back, and machines that waited here for their memory are gone.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="jobsGoOn">Whether outgoing jobs that have not handed over go on.</param>
    /// <param name="leavesStrays">Whether a machine that was handed over and not confirmed stays behind as a paused copy, as with libvirt.</param>
    internal void RestartDaemon(HostName host, bool jobsGoOn, bool leavesStrays)
    {
        lock (_lock)
        {
            Advance();
            var daemon = Host(host);
            foreach (var flight in _flights.Where(flight => flight.Source == daemon || flight.Destination == daemon).ToList())
                Disconnect(flight, daemon, jobsGoOn, leavesStrays);
        }
    }

    private void Disconnect(FlightModel flight, HostModel daemon, bool jobsGoOn, bool leavesStrays)
    {
        var lost = new MigrateResult(MigrateOutcome.Lost, "internal error: client socket is closed");
        if (flight.Source != daemon)
        {
            if (!flight.IsHandedOver && !IsInPostCopy(flight))
                BackToSource(flight, new MigrateResult(MigrateOutcome.Failed, "operation failed: Lost connection to destination host"));
            return;
        }

        flight.Return(lost);
        if (flight.IsHandedOver && leavesStrays)
            LeaveStray(flight);
        else if (!flight.IsHandedOver && !jobsGoOn && !IsInPostCopy(flight))
            BackToSource(flight, lost);
    }

    /// <summary>The destination runs the machine and nobody confirms that to the source: its copy stays, paused and without a job.</summary>
    private void LeaveStray(FlightModel flight)
    {
        _flights.Remove(flight);
        flight.AtSource.Flight = null;
        flight.AtDestination.Flight = null;
        flight.AtSource.Become(VmRunState.PausedMigrating, "paused (migrating)");
    }

    /// <summary>Both hosts live, and half of the memory is on each: neither can go on until <see cref="Recover"/>.</summary>
    private static void BreakPostCopy(FlightModel flight)
    {
        flight.IsBroken = true;
        flight.AtSource.Become(VmRunState.PostCopyFailed, "paused (post-copy failed)");
        flight.Source.Tell(flight.AtSource, VmLifecycle.Suspended, isByMigration: true, "Suspended Post-copy Error");
        if (!flight.Destination.IsDown)
        {
            flight.AtDestination.Become(VmRunState.PostCopyFailed, "running (post-copy failed)");
            flight.Destination.Tell(flight.AtDestination, VmLifecycle.Resumed, isByMigration: true, "Resumed Post-copy Error");
        }

        flight.Return(new MigrateResult(MigrateOutcome.Failed, "operation failed: job 'migration out' failed in post-copy phase"));
    }

    private static bool IsInPostCopy(FlightModel flight) => flight.AtSource.State is VmRunState.PausedPostCopy or VmRunState.PostCopyFailed;
}
