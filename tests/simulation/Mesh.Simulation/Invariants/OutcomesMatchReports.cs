using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>An outcome agrees with what both hosts have reported since the request, and with where the VM really is.</summary>
internal sealed class OutcomesMatchReports : Invariant
{
    private readonly Dictionary<(HostName Host, VmId Vm), List<(long Ticks, VmStatus Status)>> _reported = [];
    private readonly HashSet<MigrationId> _ended = [];

    public OutcomesMatchReports(World world)
        : base(world)
    {
        world.Broker.MessageAccepted += message =>
        {
            if (message.Content is HostReport { HypervisorReachable: true } report)
                RecordReport(report);
        };
        world.MigrationsCommitted += CheckEnded;
    }

    /// <inheritdoc />
    public override string Name => "outcomes match the reports of the hosts";

    private void RecordReport(HostReport report)
    {
        foreach (var vm in World.Vms)
        {
            var status = report.Vms.FirstOrDefault(reported => reported.Id == vm.Id)?.Status ?? VmStatus.Down;
            if (!_reported.TryGetValue((report.Host, vm.Id), out var history))
                _reported[(report.Host, vm.Id)] = history = [];
            if (history.Count == 0 || history[^1].Status != status)
                history.Add((World.EventLoop.Ticks, status));
            else
                history[^1] = (World.EventLoop.Ticks, status);
        }
    }

    private void CheckEnded()
    {
        foreach (var id in World.MigrationsStore.ReadEndedIds())
            if (_ended.Add(id))
                Check(World.MigrationsStore.FindMigration(id)!);
    }

    private void Check(MigrationState migration)
    {
        World.GroundTruth.Refresh();
        if (migration is not { Vm.Id: var vm, Source: { } source } || World.WasMigratedExternally(vm))
            return;
        var runsOn = World.GroundTruth.FindRunningHost(vm);
        if (migration.Destination is not { } to)
        {
            CheckWaiting(migration, runsOn);
            return;
        }

        switch (migration.Outcome)
        {
            case MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy:
                if (!HasReported(to, vm, migration, status => status is VmStatus.Up or VmStatus.Paused))
                    Fail($"{migration.Id} is {migration.Outcome}, but {to} has not reported {migration.Vm.Name} since the request");
                else if (!HasReported(source, vm, migration, status => status is VmStatus.Down) && !World.WasFencedSince(source, Ticks(migration)))
                    Fail($"{migration.Id} is {migration.Outcome}, but {source} has not reported {migration.Vm.Name} as down since the request");
                else if (runsOn == source)
                    Fail($"{migration.Id} is {migration.Outcome}, but {migration.Vm.Name} runs on {source}");
                break;
            case MigrationOutcome.CompletedNotRunning:
                if (runsOn == source)
                    Fail($"{migration.Id} is {migration.Outcome}, but {migration.Vm.Name} runs on {source}");
                break;
            case MigrationOutcome.Refused when migration.StartedAt is null:
                break;
            case MigrationOutcome.Lost or MigrationOutcome.PostCopyFailed or MigrationOutcome.GuestStopped:
                if (runsOn == source || runsOn == to)
                    Fail($"{migration.Id} is {migration.Outcome}, but {migration.Vm.Name} runs on {runsOn}");
                break;
            default:
                if (runsOn == to && to != source)
                    Fail($"{migration.Id} is {migration.Outcome} ({migration.Reason}), but {migration.Vm.Name} runs on {to}");
                break;
        }
    }

    // It ended while it waited: no attempt has migrated its VM.
    private void CheckWaiting(MigrationState migration, HostName? runsOn)
    {
        if (migration.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy)
            Fail($"{migration.Id} is {migration.Outcome}, but has no destination");
        else if (migration.FailedAttempts.Any(attempt => attempt.Epoch is not null && attempt.Destination == runsOn))
            Fail($"{migration.Id} is {migration.Outcome} ({migration.Reason}), but {migration.Vm!.Name} runs on {runsOn}");
    }

    private bool HasReported(HostName host, VmId vm, MigrationState migration, Func<VmStatus, bool> predicate) =>
        _reported.GetValueOrDefault((host, vm))?.Any(observation => predicate(observation.Status) && observation.Ticks > Ticks(migration)) ?? false;

    private static long Ticks(MigrationState migration) => (migration.RequestedAt - Engine.EventLoop.StartTime).Ticks;
}
