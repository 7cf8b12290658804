using System.Text.Json;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Tests.Draining;

/// <summary>
/// Hosts, and a queue that admits within the limits and copies as long as data and link take. The drain is read back from its stored form at
/// every step, as after a restart.
/// </summary>
internal sealed class DrainWorld
{
    private readonly Dictionary<MigrationId, DateTimeOffset> _endsAt = [];

    public DrainWorld(params FleetHost[] hosts)
    {
        Hosts = hosts.ToDictionary(host => host.Inventory.Host);
        Drain = null!;
    }

    public Dictionary<HostName, FleetHost> Hosts { get; }

    public List<MigrationView> Unfinished { get; } = [];

    public List<MigrationView> Ended { get; } = [];

    public List<MigrationId> Aborted { get; } = [];

    public SchedulingLimits Limits { get; set; } = new();

    public DateTimeOffset Now { get; private set; } = SimulatedFleet.Now;

    public Drain Drain { get; private set; }

    public DrainEstimate? Estimate { get; private set; }

    /// <summary>The view of the drain.</summary>
    public DrainView View => Drain.ToView(Estimate);

    /// <summary>The outcome of a migration that was copied completely; null for success.</summary>
    public Func<MigrationView, MigrationOutcome?> EndOf { get; set; } = _ => null;

    /// <summary>Whether a request reaches the queue.</summary>
    public Func<RequestMigration, bool> Arrives { get; set; } = _ => true;

    /// <summary>The factor by which migrations take longer than predicted.</summary>
    public double Slowness { get; set; } = 1;

    public List<RequestMigration> Requested { get; } = [];

    public Fleet Fleet => new()
    {
        TakenAt = Now,
        Limits = Limits,
        Hosts = [.. Hosts.Values.OrderBy(host => host.Inventory.Host.Value, StringComparer.Ordinal)],
        Migrations = [.. Unfinished],
    };

    public DrainWorld Begin(params int[] hosts) => Begin(new DrainHosts { Id = "d1", Hosts = [.. hosts.Select(SimulatedFleet.Host)], RequestedBy = "ann" });

    public DrainWorld Begin(DrainHosts request)
    {
        Estimate = null;
        Drain = DrainPlanner.Plan(Fleet, request, Now) with { State = DrainState.Running };
        foreach (var host in request.Hosts)
            Cordon(host, CordonState.Draining);
        return this;
    }

    public DrainWorld BeginUndo()
    {
        foreach (var host in Drain.Hosts)
            Hosts[host] = Hosts[host] with { Cordon = null };
        Estimate = null;
        Drain = DrainPlanner.PlanUndo(Drain, Fleet, new UndoDrain("u1", Drain.Id, "ann"), Now) with { State = DrainState.Running };
        return this;
    }

    public void Cancel(bool abortRunning) => Apply(DrainStateMachine.Cancel(Drain, abortRunning, Unfinished, Now));

    /// <summary>Steps the drain every ten seconds.</summary>
    public DrainWorld Run(int steps, Action<DrainStep>? observe = null)
    {
        for (var step = 0; step < steps; step++)
        {
            var taken = DrainStateMachine.Step(Drain, Fleet, Ended, Now);
            Apply(taken);
            observe?.Invoke(taken);
            Now += TimeSpan.FromSeconds(10);
            End();
            Admit();
        }

        return this;
    }

    public DrainWorld RunToTheEnd(int stepsMax = 2000)
    {
        for (var step = 0; step < stepsMax && Drain.State == DrainState.Running; step++)
            Run(1);
        return this;
    }

    public HostName? WhereIs(VmId vm) => Hosts.Values.FirstOrDefault(host => host.Inventory.Vms.Any(other => other.Id == vm && other.Status != VmStatus.Down))?.Inventory.Host;

    public VmMove MoveOf(VmDescription vm) => Drain.Moves.Single(move => move.Vm == vm.Id);

    public void Change(HostName host, Func<IReadOnlyList<VmDescription>, IEnumerable<VmDescription>> vms) =>
        Hosts[host] = Hosts[host] with { Inventory = Hosts[host].Inventory with { Vms = [.. vms(Hosts[host].Inventory.Vms)] } };

    public void Change(VmId vm, Func<VmDescription, VmDescription> change)
    {
        foreach (var host in Hosts.Keys.ToArray())
            Change(host, vms => vms.Select(other => other.Id == vm ? change(other) : other));
    }

    public void SetHealth(HostName host, HostHealth health)
    {
        Hosts[host] = Hosts[host] with { Health = health };
        if (health != HostHealth.Healthy)
            foreach (var migration in Unfinished.Where(migration => migration.Destination == host).ToArray())
                Finish(migration, MigrationOutcome.Failed, $"{host} is gone");
    }

    private void Cordon(HostName host, CordonState state) => Hosts[host] = Hosts[host] with { Cordon = new(host, state, "ann", Now, Drain: Drain.Id) };

    private void Apply(DrainStep step)
    {
        Drain = JsonSerializer.Deserialize<Drain>(JsonSerializer.Serialize(step.Drain, MeshJson.Options), MeshJson.Options)!;
        Estimate = step.Estimate;
        foreach (var request in step.ToRequest)
        {
            Requested.Add(request);
            if (Arrives(request) && Unfinished.Concat(Ended).All(known => known.Id != request.Id))
                Queue(request);
        }

        foreach (var id in step.ToAbort)
        {
            Aborted.Add(id);
            if (Unfinished.FirstOrDefault(migration => migration.Id == id) is { } migration)
                Finish(migration, MigrationOutcome.AbortedByOperator, "aborted by ann");
        }

        foreach (var change in step.ToReschedule)
            Replace(change.Id, migration => migration with { Preferred = change.Preferred ?? migration.Preferred });
        foreach (var (host, state) in step.Cordons)
            Cordon(host, state);
    }

    private void Queue(RequestMigration request)
    {
        var id = VmId.Parse(request.Vm);
        Unfinished.Any(migration => migration.VmId == id).ShouldBeFalse($"{request.Vm} is requested twice");
        Unfinished.Add(new MigrationView
        {
            Id = request.Id,
            VmId = id,
            VmName = request.Vm,
            Source = WhereIs(id),
            AllowedHosts = request.To is { } to ? [to] : [],
            Preferred = request.Preferred,
            Priority = request.Priority,
            Drain = request.Drain,
            RelaxAffinity = request.RelaxAffinity,
            Epoch = new Epoch(1),
            Phase = MigrationPhase.Queued,
            Reason = "",
            Options = request.Options,
            Limits = request.Limits,
            RequestedBy = request.RequestedBy,
            RequestedAt = Now,
            Progress = new Percent(0),
        });
    }

    private void Admit()
    {
        foreach (var migration in Unfinished.Where(migration => migration.Phase == MigrationPhase.Queued).ToArray())
        {
            var copying = Unfinished.Where(other => other.Phase == MigrationPhase.PreCopy).ToArray();
            var index = new FleetIndex(Fleet);
            if (copying.Length >= Limits.ClusterMax || copying.Count(other => other.Source == migration.Source) >= Limits.OutboundPerHost
                || index.FindVm(migration.VmId!.Value) is not { } vm)
                continue;
            if (Eligibility.CheckVm(index, vm, migration.Options, migration.Id) is { Count: > 0 } refusals)
            {
                Finish(migration, MigrationOutcome.Refused, string.Join("; ", refusals.Select(refusal => refusal.Message)));
                continue;
            }

            var to = Hosts.Keys.OrderBy(host => host != migration.Preferred).ThenBy(host => host.Value, StringComparer.Ordinal)
                .Where(host => migration.AllowedHosts.Count == 0 || migration.AllowedHosts.Contains(host))
                .Where(host => copying.Count(other => other.Destination == host) < Limits.InboundPerHost)
                .Select(host => (HostName?)host)
                .FirstOrDefault(host => Eligibility.CheckHost(index, vm, host!.Value, migration.Options, migration.RelaxAffinity, migration.Id).Count == 0);
            if (to is null)
                continue;
            _endsAt[migration.Id] = Now + TimeSpan.FromSeconds(1 + (Slowness * vm.Vm.Memory.Mebibytes / 450));
            Replace(migration.Id, queued => queued with { Phase = MigrationPhase.PreCopy, Destination = to, StartedAt = Now });
        }
    }

    private void End()
    {
        foreach (var migration in Unfinished.Where(migration => migration.Phase == MigrationPhase.PreCopy).ToArray())
            Replace(migration.Id, copying => copying with
            {
                Progress = new Percent((int)Math.Min(99, 100 * (Now - copying.StartedAt!.Value) / (_endsAt[copying.Id] - copying.StartedAt.Value))),
            });
        foreach (var migration in Unfinished.ToArray())
            if (_endsAt.TryGetValue(migration.Id, out var at) && at <= Now)
                Finish(migration, EndOf(migration) ?? MigrationOutcome.Completed, "it ended so");
    }

    private void Finish(MigrationView migration, MigrationOutcome outcome, string reason)
    {
        Unfinished.RemoveAll(other => other.Id == migration.Id);
        Ended.Add(migration with { Phase = MigrationPhase.Ended, Outcome = outcome, Reason = reason, Advice = outcome == MigrationOutcome.TimedOut ? "give it post-copy" : "", EndedAt = Now });
        if (outcome != MigrationOutcome.Completed || migration.Source is not { } source || migration.Destination is not { } destination)
            return;
        var vm = Hosts[source].Inventory.Vms.Single(vm => vm.Id == migration.VmId);
        Change(source, vms => vms.Where(other => other.Id != vm.Id));
        Change(destination, vms => [.. vms, vm]);
        AddFreeMemory(source, vm.Memory);
        AddFreeMemory(destination, new Bytes(-vm.Memory.Count));
    }

    private void AddFreeMemory(HostName host, Bytes memory)
    {
        var inventory = Hosts[host].Inventory;
        Hosts[host] = Hosts[host] with
        {
            Inventory = inventory with { Capacity = inventory.Capacity with { FreeMemory = inventory.Capacity.FreeMemory + memory } },
        };
    }

    private void Replace(MigrationId id, Func<MigrationView, MigrationView> change)
    {
        var number = Unfinished.FindIndex(migration => migration.Id == id);
        if (number >= 0)
            Unfinished[number] = change(Unfinished[number]);
    }
}
