using System.Net;
using System.Text;
using System.Text.Json;
using Mesh.Contracts.Events;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Cli.Tests;

internal static class TestData
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly VmId Vm = VmId.Parse("11111111-1111-4111-8111-111111111111");

    public static MigrationView View(string id = "m1", MigrationOutcome? outcome = null, string reason = "") => new()
    {
        Id = new MigrationId(id),
        VmId = Vm,
        VmName = "web-1",
        Source = new HostName("host-a"),
        Destination = new HostName("host-b"),
        Epoch = new Epoch(1),
        Phase = outcome is null ? MigrationPhase.PreCopy : MigrationPhase.Ended,
        Outcome = outcome,
        Reason = reason,
        Options = new MigrationOptions(),
        Limits = new MigrationLimits(),
        RequestedBy = "ann",
        RequestedAt = Noon,
        EndedAt = outcome is null ? null : Noon.AddSeconds(12.5),
        Progress = new Percent(40),
    };

    public static MigrationSample Sample(JobPhase phase = JobPhase.PreCopy, int? throttle = null, long remainingMebibytes = 512) => new()
    {
        MigrationId = new MigrationId("m1"),
        Epoch = new Epoch(1),
        VmId = Vm,
        Phase = phase,
        Copy = new()
        {
            Iteration = 3,
            Memory = new TransferProgress(Bytes.FromGibibytes(2), Bytes.FromMebibytes(remainingMebibytes), Bytes.FromGibibytes(3)),
            Bandwidth = BytesPerSecond.FromMebibytes(800),
            DirtyPagesPerSecond = 25_600,
            ExpectedDowntime = TimeSpan.FromMilliseconds(640),
        },
        Throttle = throttle is { } percent ? new Percent(percent) : null,
    };

    private static readonly DrainMove Move = new()
    {
        Vm = Vm,
        VmName = "web-1",
        From = new HostName("host-a"),
        To = new HostName("host-b"),
        DataSize = Bytes.FromGibibytes(4),
        StartOffset = TimeSpan.FromSeconds(30),
        EstimatedDuration = TimeSpan.FromSeconds(40),
        Exclusive = true,
    };

    public static readonly DrainView Drain = new()
    {
        Id = "d1",
        Hosts = [new HostName("host-a")],
        State = DrainState.Running,
        RequestedBy = "ann",
        Reason = "kernel",
        At = Noon,
        Moves = [Move],
        Makespan = TimeSpan.FromSeconds(70),
        LowerBound = TimeSpan.FromSeconds(65),
        ExpectedEnd = Noon.AddSeconds(70),
    };

    public static readonly BlockedVm BlockedVm = new(
        VmId.Parse("22222222-2222-4222-8222-222222222222"), "gpu-1", new HostName("host-a"), [new Refusal(RefusalCode.HostDeviceAttached, "gpu-1 has a device")], "shut it down");

    public static readonly EffectivePolicy EffectivePolicy = new(new MigrationPolicy { Name = "calm", Description = "Takes its time. And more." }, 2, "it is the default");

    public static readonly MigrationForecast NonConverging = new()
    {
        Converges = false,
        Downtime = TimeSpan.FromMilliseconds(1200),
        Text = "does not converge because it writes as fast as it is copied; it would with 1200 ms of downtime",
        Reason = "it writes as fast as it is copied",
        Advice = "1200 ms of downtime",
    };

    public static MigrationChange Change(params ParameterAnswer[] answers) =>
        new("c1", ChangeOrigin.Policy, "calm", "30 s without progress", "max downtime 500 ms", Noon)
        {
            Answers = answers.Length > 0 ? answers
                : [new(MigrationParameter.MaxDowntime, ParameterResult.Applied, "500 ms"), new(MigrationParameter.Throttle, ParameterResult.Refused, "no cgroup")],
        };

    public static MigrationChangeRequested ChangeRequested(string what, string why) => new()
    {
        MigrationId = new MigrationId("m1"),
        VmName = "web-1",
        Source = new HostName("host-a"),
        Destination = new HostName("host-b"),
        At = Noon,
        ChangeId = "c1",
        Origin = ChangeOrigin.Policy,
        RequestedBy = "calm",
        Description = what,
        Reason = why,
    };

    public static MigrationParametersChanged ParametersChanged(string? by, string reason, params ParameterAnswer[] answers) => new()
    {
        MigrationId = new MigrationId("m1"),
        VmName = "web-1",
        Source = new HostName("host-a"),
        Destination = new HostName("host-b"),
        At = Noon,
        RequestedBy = by,
        Reason = reason,
        Parameters = answers,
    };

    public static MigrationProgressed Progressed(int percent, MigrationSample? sample = null) => new()
    {
        MigrationId = new MigrationId("m1"),
        VmName = "web-1",
        Source = new HostName("host-a"),
        Destination = new HostName("host-b"),
        At = Noon,
        Progress = new Percent(percent),
        Sample = sample ?? Sample(),
    };

    public static MigrationPhaseChanged PhaseChanged(MigrationPhase phase, string reason = "") => new()
    {
        MigrationId = new MigrationId("m1"),
        VmName = "web-1",
        Source = new HostName("host-a"),
        Destination = new HostName("host-b"),
        At = Noon,
        Phase = phase,
        Reason = reason,
    };

    public static MigrationRequeued Requeued(string failure) => new()
    {
        MigrationId = new MigrationId("m1"),
        VmName = "web-1",
        Source = new HostName("host-a"),
        Destination = new HostName("host-b"),
        At = Noon,
        Failure = failure,
        Attempt = 2,
    };

    public static QueuedMigration Queued(int position) => new(
        position, new MigrationId("m1"), "web-1", new HostName("host-a"), null, MigrationPhase.Queued, MigrationPriority.Operator, Noon,
        "a migration to end that copies away from host-a");

    public static MigrationEnded Ended(MigrationOutcome outcome = MigrationOutcome.Completed, string reason = "") => new()
    {
        MigrationId = new MigrationId("m1"),
        VmName = "web-1",
        Source = new HostName("host-a"),
        Destination = new HostName("host-b"),
        At = Noon,
        Outcome = outcome,
        Reason = reason,
        TotalTime = TimeSpan.FromSeconds(12.5),
        ActualDowntime = TimeSpan.FromMilliseconds(180),
    };

    public static HostView Host(string name, params string[] vms) => new(
        new HostInventory(
            new HostName(name), 1, 1, Noon,
            new HostCapacity("x86_64", "", 8, Bytes.FromGibibytes(64), Bytes.FromGibibytes(32)),
            new HypervisorInfo($"uuid-{name}", "QEMU", "10.0.2", "9.0.0"),
            $"qemu+tcp://{name}/system",
            [.. vms.Select(VmOf)]),
        HypervisorReachable: true,
        HostHealth.Healthy,
        LastReportAt: DateTimeOffset.UtcNow);

    public static VmView VmOn(string host, string name) => new(new HostName(host), VmOf(name), HostHealth.Healthy, DateTimeOffset.UtcNow);

    public static VmDescription VmOf(string name) => new(
        Vm, name, VmStatus.Up, Bytes.FromGibibytes(4), 2, "", "", true,
        [new VmDisk("vda", DiskDevice.Disk, "virtio", "qcow2", DiskStorage.File, "/x", false, false, null, null)], [], [],
        new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>A live stream of states and events.</summary>
    public static HttpResponseMessage Stream(params object[] items)
    {
        var text = new StringBuilder();
        foreach (var (item, number) in items.Select((item, index) => (item, index + 1)))
            text.Append(item switch
            {
                MigrationView view => Block(number, "view", JsonSerializer.Serialize(view, MeshJson.Options)),
                MigrationEvent migrationEvent => Block(number, NameOf(migrationEvent), JsonSerializer.Serialize(migrationEvent, MeshJson.Options)),
                string other => other,
                _ => throw new InvalidOperationException(),
            });
        return new(HttpStatusCode.OK) { Content = new StringContent(text.ToString(), Encoding.UTF8, "text/event-stream") };
    }

    private static string Block(int id, string name, string data) => $"id: {id}\nevent: {name}\ndata: {data}\n\n";

    private static string NameOf(MigrationEvent migrationEvent) =>
        JsonSerializer.SerializeToElement(migrationEvent, MeshJson.Options).GetProperty("event").GetString()!;
}
