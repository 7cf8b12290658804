using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

public sealed partial class SimulatedCluster
{
    internal Task<MigrateResult> MigrateAsync(HostName from, VmMigration migration, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Advance();
            if (migration.IsRecovery)
                return Recover(from, migration, cancellation);
            if (Objection(from, migration) is { } objection)
                return Task.FromResult(new MigrateResult(MigrateOutcome.Failed, objection));

            var (source, destination) = (Host(from), Destination(migration)!);
            var (leaving, options) = (source.Vms[migration.VmId], migration.Options);
            var coming = new VmModel(leaving.Spec, VmRunState.PausedMigrating, "paused (migrating)", destination.Changed)
            {
                IsPersistent = destination.Vms.TryGetValue(migration.VmId, out var defined) && defined.IsPersistent,
            };
            var flight = new FlightModel(source, destination, leaving, coming, options)
            {
                Now = SimulatedMigration.Start(leaving.Spec, CopiedDisks(leaving.Spec, options), Ladder(options), leaving.MaxDowntime, !options.Live) with
                {
                    Bandwidth = options.Bandwidth ?? leaving.Bandwidth,
                    PostCopyBandwidth = options.PostCopyBandwidth ?? leaving.PostCopyBandwidth,
                    QuotaPercent = leaving.QuotaPercent,
                },
            };
            leaving.Flight = flight;
            coming.Flight = flight;
            destination.Vms[migration.VmId] = coming;
            destination.Changed();
            WatchTheClock();
            _flights.Add(flight);
            destination.Tell(coming, VmLifecycle.Started, isByMigration: true, "Started Migrated");
            if (!options.Live)
                leaving.Become(VmRunState.PausedMigrating, "paused (migrating)");
            return flight.WaitAsync(cancellation);
        }
    }

    internal void Abort(HostModel host, VmId vm)
    {
        var flight = RunningFlight(host, vm);
        if (flight.IsHandedOver)
            throw new HypervisorException(HypervisorErrorCode.Other, vm, "Requested operation is not valid: migration job is already completing");
        if (IsInPostCopy(flight))
            throw new HypervisorException(HypervisorErrorCode.InPostCopy, vm, "Requested operation is not valid: cannot abort migration in post-copy mode");
        BackToSource(flight, new MigrateResult(MigrateOutcome.Aborted, "operation aborted: job 'migration out' canceled by client"));
    }

    /// <summary>Removes a machine that waits here for its memory; the migration that it waits for fails. As libvirt does, the model does so itself where that has failed already.</summary>
    internal void DestroyIncoming(HostModel host, VmId vm)
    {
        if (!host.Vms.TryGetValue(vm, out var model) || model.HasRunHere || model.State is not VmRunState.PausedMigrating)
            return;
        if (model.Flight is { } flight)
            BackToSource(flight, new MigrateResult(MigrateOutcome.Failed, "operation failed: Lost connection to destination host"));
    }

    /// <summary>Destroys a copy that stands still, and the migration that it is part of, if any; whether that was wise is not the model's to say.</summary>
    internal void DestroyStray(HostModel host, VmId vm)
    {
        if (Vm(host, vm) is not { State: VmRunState.Paused or VmRunState.PausedMigrating or VmRunState.PausedPostCopy or VmRunState.PostCopyFailed } stray)
            return;
        var flight = stray.Flight;
        Stop(host, stray, "shut off (destroyed)", "Stopped Destroyed");
        if (flight is null)
            return;
        _flights.Remove(flight);
        if (!flight.IsHandedOver && flight.AtSource == stray)
            Forget(flight);
        else if (flight.AtDestination == stray)
            flight.AtSource.Flight = null;
        flight.Return(new MigrateResult(MigrateOutcome.Failed, "operation failed: domain is no longer running"));
    }

    internal static FlightModel RunningFlight(HostModel host, VmId vm) =>
        Vm(host, vm).Flight is { } flight && flight.Source == host
            ? flight
            : throw new HypervisorException(HypervisorErrorCode.NoJob, vm, "Requested operation is not valid: no job is active on the domain");

    internal static VmModel Vm(HostModel host, VmId vm) =>
        host.Vms.GetValueOrDefault(vm)
        ?? throw new HypervisorException(HypervisorErrorCode.NoVm, vm, $"Domain not found: no domain with matching uuid '{vm}'");

    /// <summary>A host of a migration died.</summary>
    private void Break(FlightModel flight)
    {
        var isRunningThere = IsInPostCopy(flight);
        if (flight.IsHandedOver && flight.Source.IsDown)
        {
            _flights.Remove(flight);
            flight.Return(new MigrateResult(MigrateOutcome.Lost, "End of file while reading data: Input/output error"));
        }
        else if (flight.Source.IsDown)
        {
            flight.Return(new MigrateResult(MigrateOutcome.Lost, "End of file while reading data: Input/output error"));
            if (isRunningThere)
                flight.AtDestination.Become(VmRunState.PostCopyFailed, "running (post-copy failed)");
            else
                Forget(flight);
            _flights.Remove(flight);
        }
        else if (isRunningThere)
        {
            // Half of the memory died with the destination and the other half is here: neither can go on.
            BreakPostCopy(flight);
        }
        else
        {
            BackToSource(flight, new MigrateResult(MigrateOutcome.Failed, "operation failed: Lost connection to destination host"));
        }
    }

    private void BackToSource(FlightModel flight, MigrateResult result)
    {
        _flights.Remove(flight);
        flight.AtSource.Flight = null;
        if (flight.AtSource.State is VmRunState.PausedMigrating)
        {
            flight.AtSource.Become(VmRunState.Running, "running (migration canceled)");
            flight.Source.Tell(flight.AtSource, VmLifecycle.Resumed, isByMigration: true, "Resumed Migrated");
        }

        Forget(flight);
        flight.Return(result);
    }

    private static void Forget(FlightModel flight)
    {
        flight.AtDestination.Flight = null;
        if (!flight.Destination.IsDown)
            Stop(flight.Destination, flight.AtDestination, "shut off (failed)", "Stopped Failed");
    }

    private string? Objection(HostName from, VmMigration migration)
    {
        var (source, destination) = (Host(from), Destination(migration));
        if (!source.Vms.TryGetValue(migration.VmId, out var vm))
            return $"Domain not found: no domain with matching uuid '{migration.VmId}'";
        if (!vm.IsActive)
            return "Requested operation is not valid: domain is not running";
        if (vm.Flight is not null)
            return $"operation failed: another migration job is already running for domain '{vm.Spec.Name}'";
        if (destination is null or { IsDown: true } || _cuts.Contains((from, destination.Name)))
            return $"operation failed: Failed to connect to remote libvirt URI {migration.DestinationUri}";
        if (destination == source)
            return "internal error: Attempt to migrate guest to the same host";
        if (destination.Vms.TryGetValue(migration.VmId, out var there) && there.IsActive)
            return $"Requested operation is not valid: domain '{vm.Spec.Name}' is already active";
        var missing = Copied(vm.Spec, migration.Options).FirstOrDefault(disk => !destination.Images.Contains(disk.Source));
        return missing is null
            ? null
            : $"Storage pool not found: no storage pool with matching target path '{Path.GetDirectoryName(missing.Source)}'";
    }

    private HostModel? Destination(VmMigration migration)
    {
        var rest = migration.DestinationUri[(migration.DestinationUri.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..];
        var name = rest[..(rest.IndexOfAny([':', '/']) is var end and >= 0 ? end : rest.Length)];
        return _hosts.Values.FirstOrDefault(host => string.Equals(host.Name.Value, name, StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<Contracts.Vms.VmDisk> Copied(SimulatedVm vm, MigrationOptions options) =>
        options.CopyStorage is CopyStorage.None
            ? []
            : vm.Disks.Where(disk => !disk.ReadOnly && (options.MigrateDisks.Count == 0 ? !disk.Shareable : options.MigrateDisks.Contains(disk.Target)));

    private static Bytes CopiedDisks(SimulatedVm vm, MigrationOptions options) =>
        new(Copied(vm, options).Sum(disk => (options.CopyStorage is CopyStorage.Incremental ? disk.Allocation ?? disk.Capacity : disk.Capacity)?.Count ?? 0));

    private static AutoConverge? Ladder(MigrationOptions options) =>
        options.AutoConverge ? new AutoConverge(options.AutoConvergeInitial?.Value ?? 20, options.AutoConvergeIncrement?.Value ?? 10) : null;
}
