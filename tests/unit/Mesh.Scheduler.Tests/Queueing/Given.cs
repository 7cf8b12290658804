using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Tests.Queueing;

/// <summary>Fleets, hosts and migrations for tests of the queue.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static FleetHost Host(string name, double? linkMebibytes = null, HostHealth health = HostHealth.Healthy) => new(
        new HostInventory(
            new(name), 1, 1, Now,
            new HostCapacity(
                "x86_64", "", 32, Bytes.FromGibibytes(256), Bytes.FromGibibytes(200),
                linkMebibytes is { } link ? BytesPerSecond.FromMebibytes(link) : null),
            new HypervisorInfo(name, "QEMU", "10.0.2", "11.0.0"), $"qemu+tcp://{name}/system", []),
        health);

    public static MigrationView Waiting(string id, string source, double waitedSeconds = 0, MigrationPriority priority = MigrationPriority.Operator) => new()
    {
        Id = new(id),
        VmId = Vm(id),
        VmName = $"vm-{id}",
        Source = new(source),
        Priority = priority,
        QueuedAt = Now - TimeSpan.FromSeconds(waitedSeconds),
        RequestedAt = Now - TimeSpan.FromSeconds(waitedSeconds),
        DataSize = Bytes.FromGibibytes(1),
        Epoch = new(1),
        Phase = MigrationPhase.Queued,
        Reason = "",
        Options = new(),
        Limits = new(),
        RequestedBy = "test",
        Progress = new(0),
    };

    public static MigrationView Running(string id, string source, string destination, MigrationPhase phase = MigrationPhase.PreCopy) =>
        Waiting(id, source) with { Destination = new(destination), Phase = phase, MayTransfer = true };

    public static MigrationView Prepared(string id, string source, string destination, double waitedSeconds = 0) =>
        Waiting(id, source, waitedSeconds) with { Destination = new(destination), Phase = MigrationPhase.Ready };

    public static MigrationView Under(this MigrationView migration, PolicyConcurrency concurrency) => migration with
    {
        Policy = new(new MigrationPolicy { Name = "own", Description = "", Concurrency = concurrency }, 1, ""),
    };

    public static MigrationView Armed(this MigrationView migration) => migration with { Options = migration.Options with { PostCopy = true } };

    public static MigrationView FailedAt(this MigrationView migration, string host, double secondsAgo, bool hasRun = true) => migration with
    {
        Attempt = migration.Attempt + 1,
        FailedAttempts =
        [
            .. migration.FailedAttempts,
            new(new(host), "it failed", hasRun ? new Epoch(migration.Attempt) : null, Now - TimeSpan.FromSeconds(secondsAgo)),
        ],
    };

    public static VmId Vm(string id)
    {
        var bytes = new byte[16];
        System.Text.Encoding.UTF8.GetBytes(id.PadRight(16).AsSpan(0, 16), bytes);
        return new(new Guid(bytes));
    }

    /// <summary>A fleet with hosts a to d whose links are wide enough for any limit.</summary>
    public static Fleet Fleet(params MigrationView[] migrations) => new()
    {
        TakenAt = Now,
        Hosts = [.. "abcd".Select(name => Host($"{name}", 10_000))],
        Migrations = migrations,
    };

    public static Fleet With(this Fleet fleet, Func<SchedulingLimits, SchedulingLimits> change) => fleet with { Limits = change(fleet.Limits) };

    /// <summary>Every migration could go to these hosts, the first being the best.</summary>
    public static Func<Fleet, MigrationView, PlacementResult> To(params string[] hosts) => (_, _) => Chosen(hosts);

    /// <summary>Each migration could go to the hosts given for it, the first being the best; to none if there are none.</summary>
    public static Func<Fleet, MigrationView, PlacementResult> Each(params (string Id, string[] Hosts)[] choices) =>
        (_, migration) => Chosen(choices.Single(choice => choice.Id == migration.Id.Value).Hosts);

    public static PlacementResult Chosen(params string[] hosts) => hosts.Length == 0
        ? new(null, [new(RefusalCode.HostUnavailable, "no host is up")])
        : new(new(new(hosts[0]), Now, $"{hosts[0]} is the best", [.. hosts.Select((host, place) => new HostRating(new(host), 100 - place, [], []))]), []);

    public static AdmissionDecision Decide(this Fleet fleet, Func<Fleet, MigrationView, PlacementResult> place) => Admission.Decide(fleet, 7, Now, place);

    /// <summary>The admissions as <c>id>host</c>, with <c>(prepare)</c> for those to prepare only.</summary>
    public static IEnumerable<string> Admitted(this AdmissionDecision decision) =>
        decision.Admissions.Select(admission => $"{admission.Id}>{admission.Destination}{(admission.MayTransfer ? "" : " (prepare)")}");

    public static string WaitsFor(this AdmissionDecision decision, string id) => decision.Waiting.Single(waiting => waiting.Migration.Id.Value == id).WaitsFor;
}
