using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Policy.Documents;
using Mesh.Testing.Fixtures;

namespace Mesh.Policy.Host.Tests.Documents;

/// <summary>The numbers come from the peers' source code, not from the files under test.</summary>
public sealed class When_policies_are_shipped
{
    private static readonly string Folder = Path.Combine(Repository.Root, "infra", "policies");

    private static readonly PolicyStart ConvergingFrom100 = new() { MaxDowntime = Ms(100), AutoConverge = true };

    private static readonly PolicyConcurrency OneEach = new() { OutboundPerHost = 1, InboundPerHost = 1 };

    private static readonly PolicyConcurrency TwoEach = new() { OutboundPerHost = 2, InboundPerHost = 2 };

    private static readonly PolicyConcurrency FiveAndTwo = new() { Cluster = 5, OutboundPerHost = 2 };

    private static readonly PolicyStep Abort = new(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.Abort });

    private static readonly MigrationPolicy Nova = Named("nova") with
    {
        Interval = Ms(500),
        CatchUp = true,
        Start = new() { MaxDowntime = Ms(50) },
        Steps =
        [
            .. new[] { 50, 95, 140, 185, 230, 275, 320, 365, 410, 455, 500 }.Select((downtime, index) =>
                new PolicyStep(new() { ElapsedPerGiB = Ms(75_000), Times = index }, Downtime(downtime))),
        ],
        Limits = new() { CompletionTimeoutPerGiB = Ms(800_000), DataSize = new() { MemoryAtLeast = 2, DiskAtLeast = 2, WholeSeconds = true } },
        LastResort = [PolicyActionKind.Abort],
    };

    private static readonly MigrationPolicy KubeVirt = Named("kubevirt") with
    {
        Interval = Ms(400),
        Limits = new()
        {
            ProgressTimeout = Ms(150_000),
            Progress = ProgressMeasure.Remaining,
            CompletionTimeoutPerGiB = Ms(150_000),
            DataSize = new() { Unit = new Bytes(1_000_000_000), RoundUp = true },
        },
        LastResort = [PolicyActionKind.Abort],
        Concurrency = FiveAndTwo,
    };

    private static readonly IReadOnlyList<MigrationPolicy> Expected =
    [
        Named("virsh"),
        Named("virsh-auto-converge") with { Start = new() { AutoConverge = true }, Permits = new() { Throttle = true } },
        Nova,
        Nova with
        {
            Name = "nova-force-complete",
            Start = new() { MaxDowntime = Ms(50), PostCopy = true },
            LastResort = [PolicyActionKind.PostCopy, PolicyActionKind.Suspend],
            Permits = new() { PostCopy = true, Suspend = true },
        },
        Ovirt("minimal-downtime", TwoEach) with
        {
            Start = ConvergingFrom100,
            Steps = [Over(1, 150), Over(2, 200), Over(3, 300), Over(4, 400), Over(6, 500), Abort],
        },
        Ovirt("suspend-if-needed", OneEach) with
        {
            Start = ConvergingFrom100 with { Compression = ["xbzrle"] },
            Steps = [Over(1, 150), Over(2, 200), Over(3, 300), Over(4, 400), Over(6, 500), Over(0, 5000), Abort],
            Permits = new() { Throttle = true, Compression = true },
        },
        Ovirt("post-copy", TwoEach) with
        {
            Start = ConvergingFrom100 with { PostCopy = true },
            Steps = [Over(1, 150), Over(2, 200), new(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.PostCopy }), Abort],
            Permits = new() { Throttle = true, PostCopy = true },
        },
        Ovirt("very-large", OneEach) with
        {
            Start = ConvergingFrom100 with { MaxDowntime = Ms(300) },
            Steps = [Over(1, 400), Over(2, 500), Over(3, 700), Over(4, 1000), Over(6, 1500), Over(0, 5000), Abort],
        },
        Ovirt("legacy", TwoEach) with
        {
            Start = new() { MaxDowntime = Ms(101) },
            Steps = [Over(1, 104), Over(2, 120), Over(3, 189), Over(4, 500), Over(42, 500), Abort],
            Permits = new(),
        },
        KubeVirt,
        KubeVirt with
        {
            Name = "kubevirt-post-copy",
            Start = new() { PostCopy = true },
            LastResort = [PolicyActionKind.PostCopy, PolicyActionKind.Abort],
            Permits = new() { PostCopy = true },
        },
        KubeVirt with
        {
            Name = "kubevirt-workload-disruption",
            LastResort = [PolicyActionKind.Suspend, PolicyActionKind.Abort],
            Permits = new() { Suspend = true },
        },
        KubeVirt with
        {
            Name = "kubevirt-stall-detector",
            StallDetector = new()
            {
                Margin = new Percent(4),
                Window = Ms(40_000),
                PatienceFactor = 0.5,
                SearchLocalMinimum = true,
                BandwidthWeight = 0.4,
                PreCopyFactor = 1.5,
                CompletionFactor = 2,
            },
            DowntimeBudget = Ms(900),
            Limits = KubeVirt.Limits with { ProgressTimeout = null, Progress = ProgressMeasure.RemainingOrTransferred, SwitchOverDeadline = Ms(60_000) },
        },
        Named("harvester") with
        {
            Limits = new() { ProgressTimeout = Ms(150_000), Progress = ProgressMeasure.Remaining, CompletionTimeoutPerGiB = Ms(800_000) },
            LastResort = [PolicyActionKind.Abort],
            Concurrency = FiveAndTwo,
        },
        Named("proxmox") with
        {
            Start = ConvergingFrom100 with { Compression = ["xbzrle"] },
            Steps = [new(new() { GrowthsOver = 5 }, new() { Kind = PolicyActionKind.SetDowntime, DowntimeFactor = 2, DowntimeMax = Ms(2_000_000) }, Repeat: true)],
            Permits = new() { Throttle = true, Compression = true },
        },
        Named("adaptive") with
        {
            Start = new() { PostCopy = true },
            Adaptive = new() { MinPasses = 3, ChangeInterval = Ms(3000), ThrottleMax = new Percent(95), NonConvergenceTimeout = Ms(15_000) },
            Limits = new() { ProgressTimeout = Ms(150_000), CompletionTimeoutPerGiB = Ms(800_000), SwitchOverDeadline = Ms(60_000) },
            DowntimeBudget = Ms(1000),
            LastResort = [PolicyActionKind.Abort],
            Permits = new() { Throttle = true, PostCopy = true, Suspend = true },
        },
    ];

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Names => [.. Expected.Select(policy => policy.Name)];

    [Fact]
    public void Should_be_exactly_the_expected_ones() =>
        ShippedPolicies.All.Select(policy => policy.Name).ShouldBe(Expected.Select(policy => policy.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void Should_be_in_a_file_of_their_name(string file)
    {
        var (policy, faults) = PolicyText.Read(File.ReadAllText(Path.Combine(Folder, file)));

        faults.ShouldBeEmpty();
        file.ShouldBe($"{policy!.Name}.yaml");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Should_match_the_peer_exactly(string name)
    {
        var shipped = ShippedPolicies.All.Single(policy => policy.Name == name);
        var expected = Expected.Single(policy => policy.Name == name) with { Description = shipped.Description };

        JsonSerializer.Serialize(shipped, MeshJson.Indented).ShouldBe(JsonSerializer.Serialize(expected, MeshJson.Indented));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Should_be_described_for_operators(string name) =>
        ShippedPolicies.All.Single(policy => policy.Name == name).Description.Split('\n').Length.ShouldBeInRange(3, 8);

    private static MigrationPolicy Named(string name) => new() { Name = name, Description = "" };

    private static MigrationPolicy Ovirt(string name, PolicyConcurrency concurrency) =>
        Named($"ovirt-{name}") with { Interval = Ms(10_000), Permits = new() { Throttle = true }, Concurrency = concurrency, Limits = new() { StallingLimit = Ms(10_000) } };

    private static PolicyStep Over(long iterations, int downtime) => new(new() { IterationsOver = iterations }, Downtime(downtime));

    private static PolicyAction Downtime(int milliseconds) => new() { Kind = PolicyActionKind.SetDowntime, Downtime = Ms(milliseconds) };

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
