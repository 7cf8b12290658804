using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Tests.Queueing;

/// <summary>
/// A simulated mesh in which migrations are requested, aborted, re-prioritised, fail and end, hosts crash and recover, and the scheduler's
/// decisions are carried out, sometimes only in part. Slots in use are counted here independently of the scheduler.
/// </summary>
internal sealed class RandomWorld(int seed, double ageingMinutes = 1)
{
    public const int WaitingMax = 30;

    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f"];
    private static readonly MigrationPhase[] CopyingPhases =
        [MigrationPhase.Preparing, MigrationPhase.Ready, MigrationPhase.Starting, MigrationPhase.PreCopy, MigrationPhase.SwitchOver, MigrationPhase.Confirming];

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, FleetHost> _hosts = Names.ToDictionary(
        name => name, name => Given.Host(name, name switch { "a" => 200, "b" => 60, "c" => null, _ => 1000 }), StringComparer.Ordinal);

    private long _passEpoch;
    private int _asked;

    public DateTimeOffset Now { get; private set; } = Given.Now;

    public SchedulingLimits Limits { get; } = new()
    {
        AgeingStep = TimeSpan.FromMinutes(ageingMinutes),
        UnschedulableTimeout = TimeSpan.FromMinutes(10),
    };

    /// <summary>Whether operators keep requesting and aborting migrations; hosts fail and recover in any case.</summary>
    public bool IsOpen { get; set; } = true;

    public List<WorldMigration> Migrations { get; } = [];

    public int Admitted { get; private set; }

    public int Rejected { get; private set; }

    public Fleet Fleet => new()
    {
        TakenAt = Now,
        Hosts = [.. _hosts.Values],
        Limits = Limits,
        Migrations = [.. Migrations.Select(migration => migration.View)],
    };

    public FleetHost Host(HostName name) => _hosts[name.Value];

    /// <summary>One event, some time, and a scheduling pass.</summary>
    /// <param name="check">Called with each admission before it is carried out.</param>
    public void Step(Action<WorldMigration, AdmitMigration> check)
    {
        InjectEvent();
        Now += TimeSpan.FromSeconds(_random.Next(1, 10));
        foreach (var migration in Migrations.ToList())
            Progress(migration);
        var decision = Admission.Decide(Fleet, ++_passEpoch, Now, Place);

        // A crash of the scheduler or a lost message leaves a part undone.
        var isWhole = _random.Next(20) > 0;
        foreach (var admission in decision.Admissions.Where(_ => isWhole || _random.Next(2) == 0))
        {
            var migration = Migrations.Single(migration => migration.View.Id == admission.Id);
            check(migration, admission);
            Admit(migration, admission);
        }

        Rejected += decision.Rejections.Count;
        Migrations.RemoveAll(migration => decision.Rejections.Any(rejection => rejection.Id == migration.View.Id));
        foreach (var migration in Migrations)
            migration.Watch(Now, isPlaceable: IsPlaceable(migration.View));
    }

    public PlacementResult Place(Fleet fleet, MigrationView migration)
    {
        var inbound = fleet.Migrations.Where(other => other.MayTransfer).ToLookup(other => other.Destination);
        string[] hosts = [.. Eligible(migration).OrderBy(host => inbound[new HostName(host)].Count()).ThenBy(host => host, StringComparer.Ordinal)];
        return Given.Chosen(hosts);
    }

    /// <summary>Whether a migration waits for nothing but slots.</summary>
    public bool IsPlaceable(MigrationView migration) => Slots.IsWaiting(migration)
        && (migration.Phase == MigrationPhase.Ready || Eligible(migration).Any())
        && !(migration.Phase == MigrationPhase.Queued && BackOff.EndsAt(migration, Limits) > Now);

    public IEnumerable<string> Eligible(MigrationView migration) => _hosts.Where(host =>
            host.Value.Health == HostHealth.Healthy && host.Key != migration.Source!.Value.Value
            && (migration.AllowedHosts.Count == 0 || migration.AllowedHosts.Contains(new(host.Key)))
            && migration.FailedAttempts.All(failed => failed.Destination.Value != host.Key))
        .Select(host => host.Key);

    private void InjectEvent()
    {
        var what = _random.Next(IsOpen ? 0 : 80, 100);
        if (what < 60 && Migrations.Count(migration => Slots.IsWaiting(migration.View)) < WaitingMax)
            Ask();
        else if (what < 66 && Pick() is { } aborted)
            aborted.View = aborted.View with { Phase = aborted.View.Phase == MigrationPhase.Queued ? MigrationPhase.Ended : MigrationPhase.CleaningUp };
        else if (what < 70 && Pick() is { } crashed)
            crashed.View = crashed.View with { Phase = MigrationPhase.Ended };
        else if (what < 80 && Pick() is { } other && Slots.IsWaiting(other.View))
            other.View = other.View with { Priority = (MigrationPriority)_random.Next(4) };
        else if (what < 86)
            ToggleHost(Names[_random.Next(Names.Length)]);
        Migrations.RemoveAll(migration => migration.View.Phase == MigrationPhase.Ended);
    }

    private void Ask()
    {
        var source = Names[_random.Next(Names.Length)];
        var migration = Given.Waiting($"m{++_asked}", source, 0, (MigrationPriority)_random.Next(4)) with { QueuedAt = Now, RequestedAt = Now };
        if (_random.Next(4) == 0)
            migration = migration.Armed();
        if (_random.Next(6) == 0)
            migration = migration with { AllowedHosts = [new(Names[_random.Next(Names.Length)])] };
        if (_random.Next(6) == 0)
            migration = migration.Under(new() { Cluster = Some(4, 8), OutboundPerHost = Some(1, 4), InboundPerHost = Some(1, 4) });
        Migrations.Add(new(migration));
    }

    private int? Some(int least, int most) => _random.Next(2) == 0 ? _random.Next(least, most) : null;

    private WorldMigration? Pick() => Migrations.Count == 0 ? null : Migrations[_random.Next(Migrations.Count)];

    // At most two are away at once, and each comes back, so that most migrations have somewhere to go.
    private void ToggleHost(string name)
    {
        var host = _hosts[name];
        if (host.Health != HostHealth.Healthy)
            _hosts[name] = host with { Health = HostHealth.Healthy };
        else if (_hosts.Values.Count(other => other.Health != HostHealth.Healthy) < 2)
            _hosts[name] = host with { Health = HostHealth.Unresponsive };
    }

    private void Admit(WorldMigration migration, AdmitMigration admission)
    {
        Admitted += admission.MayTransfer ? 1 : 0;
        migration.HoldsTransfer = admission.MayTransfer;
        migration.HoldsPreparing = !admission.MayTransfer;
        migration.View = migration.View with
        {
            Destination = admission.Destination,
            MayTransfer = admission.MayTransfer,
            Phase = migration.View.Phase == MigrationPhase.Queued ? MigrationPhase.Preparing : migration.View.Phase,
        };
    }

    private void Progress(WorldMigration migration)
    {
        if (Slots.IsWaiting(migration.View) || _random.Next(3) > 0)
            return;
        if (migration.View.Phase is MigrationPhase.Confirming or MigrationPhase.CleaningUp)
            End(migration);
        else if (migration.View.Phase != MigrationPhase.PostCopy && _random.Next(25) == 0)
            migration.View = migration.View with { Phase = MigrationPhase.CleaningUp };
        else if (migration.View is { Phase: MigrationPhase.PreCopy, Options.PostCopy: true } && _random.Next(2) == 0)
            migration.View = migration.View with { Phase = MigrationPhase.PostCopy };
        else if (migration.View.Phase == MigrationPhase.PostCopy)
            migration.View = migration.View with { Phase = MigrationPhase.Confirming };
        else
            migration.View = migration.View with { Phase = CopyingPhases[Array.IndexOf(CopyingPhases, migration.View.Phase) + 1] };
    }

    /// <summary>It ends, or fails on its host and waits for another attempt.</summary>
    private void End(WorldMigration migration)
    {
        if (migration.View.Phase == MigrationPhase.Confirming || _random.Next(2) == 0 || migration.View.FailedAttempts.Count == 2)
        {
            Migrations.Remove(migration);
            return;
        }

        (migration.HoldsTransfer, migration.HoldsPreparing) = (false, false);
        migration.View = migration.View with
        {
            Phase = MigrationPhase.Queued,
            MayTransfer = false,
            Destination = null,
            QueuedAt = Now,
            Attempt = migration.View.Attempt + 1,
            FailedAttempts = [.. migration.View.FailedAttempts, new(migration.View.Destination!.Value, "it failed", new Epoch(migration.View.Attempt), Now)],
        };
    }
}
