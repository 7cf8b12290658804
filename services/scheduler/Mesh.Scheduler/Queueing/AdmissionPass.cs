using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>A pass while it is being decided.</summary>
internal sealed class AdmissionPass
{
    private readonly long _passEpoch;
    private readonly DateTimeOffset _now;
    private readonly Func<Fleet, MigrationView, PlacementResult> _place;
    private readonly Dictionary<HostName, FleetHost> _hosts;
    private readonly Dictionary<VmId, MigrationView> _moving;
    private readonly Dictionary<MigrationId, MigrationView> _admitted = [];
    private readonly SlotNeeds _needs;
    private readonly SlotAllocation _slots;
    private readonly Fleet _before;
    private Fleet? _after;

    public AdmissionPass(Fleet fleet, long passEpoch, DateTimeOffset now, Func<Fleet, MigrationView, PlacementResult> place)
    {
        (_before, _after, _passEpoch, _now, _place) = (fleet, fleet, passEpoch, now, place);
        _hosts = fleet.Hosts.GroupBy(host => host.Inventory.Host).ToDictionary(host => host.Key, host => host.First());
        _moving = fleet.Migrations.Where(migration => migration.VmId is not null && Slots.KindOf(migration) != SlotKind.None)
            .GroupBy(migration => migration.VmId!.Value).ToDictionary(same => same.Key, same => same.First());
        _needs = new(fleet.Limits, _hosts);
        _slots = new(fleet, _needs);
    }

    /// <summary>The fleet, with the admissions of this pass.</summary>
    public Fleet Fleet => _after ??= _before with
    {
        Migrations = [.. _before.Migrations.Select(migration => _admitted.GetValueOrDefault(migration.Id, migration))],
    };

    public List<AdmitMigration> Admissions { get; } = [];

    public List<RejectMigration> Rejections { get; } = [];

    public List<WaitingMigration> Waiting { get; } = [];

    /// <summary>When the next back-off ends or the next unschedulable migration times out; null for neither.</summary>
    public DateTimeOffset? NextDue { get; private set; }

    /// <summary>Decides on the next waiting migration.</summary>
    public void Evaluate(MigrationView migration)
    {
        if (migration.Phase == MigrationPhase.Ready)
            EvaluatePrepared(migration);
        else if (BackOff.EndsAt(migration, _before.Limits) is { } ends && ends > _now)
            WaitUntil(migration, ends, WaitReason.DescribeBackOff(ends, _now));
        else if (migration.VmId is { } vm && _moving.TryGetValue(vm, out var other))
            Waiting.Add(new(migration, WaitReason.DescribeSameVm(other)));
        else if (FindMissingAtSource(migration) is { } missing)
            Waiting.Add(new(migration, Describe(missing, migration)));
        else
            PlaceAndAdmit(migration);
    }

    private void EvaluatePrepared(MigrationView migration)
    {
        List<SlotNeed> needs = [.. _needs.Copying(migration, migration.Destination)];
        if (_slots.FindMissing(needs) is { } missing)
        {
            var description = Describe(missing, migration);
            ReserveIfOverdue(migration, migration.Destination, needs);
            Waiting.Add(new(migration, description, migration.Destination));
            return;
        }

        // Its preparing slots are free only from the next pass on: this admission may get lost, and one that relies on it may not.
        Admit(migration, migration.Destination!.Value, needs, mayTransfer: true, choice: null);
    }

    /// <summary>The slot that the source lacks, so that placing the VM would be in vain; null if it is worth it.</summary>
    private SlotNeed? FindMissingAtSource(MigrationView migration)
    {
        if (_slots.FindMissing(_needs.Preparing(migration.Source)) is null || _slots.FindMissing(_needs.CopyingAway(migration)) is not { } missing)
            return null;

        // One that may reserve the slot has to know its destination for that.
        return QueueOrder.IsOverdue(migration, _before.Limits, _now) && _slots.ReservedFor(missing) is null ? null : missing;
    }

    private void PlaceAndAdmit(MigrationView migration)
    {
        var answer = _place(Fleet, migration);
        if (answer.Choice is not { } choice)
        {
            WaitOrReject(migration, answer.Refusals);
            return;
        }

        List<HostName> hosts = [.. Candidates(migration, choice)];
        foreach (var host in hosts)
            if (_needs.Copying(migration, host).ToList() is var needs && _slots.FindMissing(needs) is null)
            {
                Admit(migration, host, needs, mayTransfer: true, WithExplanation(choice, host));
                return;
            }

        foreach (var host in hosts)
            if (PreparingNeeds(migration, host).ToList() is var needs && _slots.FindMissing(needs) is null)
            {
                Admit(migration, host, needs, mayTransfer: false, WithExplanation(choice, host));
                return;
            }

        List<SlotNeed> copying = [.. _needs.Copying(migration, hosts[0])];
        var description = Describe(_slots.FindMissing(copying)!, migration);
        ReserveIfOverdue(migration, hosts[0], copying);
        Waiting.Add(new(migration, description, hosts[0]));
    }

    /// <summary>No host can take it: it waits, and is rejected when it has waited long enough.</summary>
    private void WaitOrReject(MigrationView migration, IReadOnlyList<Refusal> refusals)
    {
        var since = QueueOrder.WaitingSince(migration);
        if (BackOff.EndsAt(migration, _before.Limits) is { } ends && ends > since)
            since = ends;
        var deadline = since + _before.Limits.UnschedulableTimeout;
        if (deadline <= _now)
            Rejections.Add(new(migration.Id, migration.Attempt, _passEpoch, refusals));
        else
            WaitUntil(migration, deadline, WaitReason.DescribeNoHost(refusals));
    }

    /// <summary>The chosen host, then the other eligible ones, unless its drain has planned the chosen one.</summary>
    private static IEnumerable<HostName> Candidates(MigrationView migration, PlacementDecision choice) => choice.Host == migration.Preferred
        ? [choice.Host]
        : choice.Ratings.Where(rating => rating.Refusals.Count == 0).Select(rating => rating.Host).Prepend(choice.Host).Distinct();

    private static PlacementDecision WithExplanation(PlacementDecision choice, HostName host) => choice.Host == host
        ? choice
        : choice with { Host = host, Reason = $"{choice.Host} has the highest score but no free slot; {host} is the next best host with one" };

    private IEnumerable<SlotNeed> PreparingNeeds(MigrationView migration, HostName? destination) =>
        _needs.Preparing(migration.Source).Concat(_needs.Preparing(destination));

    private void Admit(MigrationView migration, HostName destination, IReadOnlyList<SlotNeed> needs, bool mayTransfer, PlacementDecision? choice)
    {
        _slots.Allocate(needs);
        var isPrepared = migration.Phase == MigrationPhase.Ready;
        var admitted = migration with
        {
            Phase = isPrepared ? MigrationPhase.Ready : MigrationPhase.Preparing,
            Destination = destination,
            MayTransfer = mayTransfer,
        };
        (_admitted[migration.Id], _after) = (admitted, null);
        if (migration.VmId is { } vm)
            _moving[vm] = admitted;
        Admissions.Add(new()
        {
            Id = migration.Id,
            Attempt = migration.Attempt,
            PassEpoch = _passEpoch,
            Source = migration.Source,
            Destination = destination,
            MayTransfer = mayTransfer,
            PostCopy = migration.Options.PostCopy,
            Placement = choice,
        });
    }

    /// <summary>
    /// Reserves the slots of an overdue migration. Not while one of its hosts is unresponsive: slots there may stay in use until it responds
    /// again, and other migrations need not wait for that.
    /// </summary>
    private void ReserveIfOverdue(MigrationView migration, HostName? destination, IReadOnlyList<SlotNeed> needs)
    {
        if (QueueOrder.IsOverdue(migration, _before.Limits, _now) && IsHealthy(migration.Source) && IsHealthy(destination))
            _slots.Reserve(migration.Id, needs);
    }

    private bool IsHealthy(HostName? host) => host is { } name && _hosts.GetValueOrDefault(name)?.Health == HostHealth.Healthy;

    private string Describe(SlotNeed need, MigrationView migration) => WaitReason.DescribeSlot(need, _slots, migration, _before.Limits);

    private void WaitUntil(MigrationView migration, DateTimeOffset due, string description)
    {
        Waiting.Add(new(migration, description));
        if (NextDue is not { } next || due < next)
            NextDue = due;
    }
}
