using System.Text;
using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Policy.Documents;
using Mesh.Testing.Fixtures;

namespace Mesh.Policy.Host.Tests.Documents;

public sealed class When_a_document_is_good
{
    private const string Yaml =
        """
        # Comments are allowed.
        name: everything
        description: |
          Has every field.
          In two lines.
        select: { labels: { tier: gold, "zone": 'a' } }
        interval: 1.5 s
        start:
          maxDowntime: 100ms
          bandwidth: 1.5 GiB/s
          postCopyBandwidth: 100 MB/s
          autoConverge: true
          autoConvergeInitial: 20 %
          autoConvergeIncrement: 5
          postCopy: true
          compression: [xbzrle]
        steps:
          - when: { iterationsOver: 1, withoutProgress: 2 min }
            do: { setDowntime: 150 ms }
          - when: { elapsedPerGiB: 75 s, times: 3, localMinimum: 4% }
            do: { setDowntime: { times: 1.5, max: 10 s } }
            repeat: true
          - when:
              iterationsWithoutProgress: 2
              predictedDowntimeAtMost: 2 s
              predictedDowntimeOver: 300 ms
            do: { setBandwidth: none }
          - { when: { growthsOver: 5, stalled: 45 s }, do: { setBandwidth: 64 MiB/s } }
          - { when: { elapsed: 1 h }, do: { throttle: 40 % } }
          - { when: { elapsed: 2 h }, do: suspend }
          - { when: { elapsed: 2 h }, do: postCopy }
          - { when: { elapsed: 3 h }, do: abort }
        catchUp: true
        adaptive: { minPasses: 4, changeInterval: 5 s, throttleMax: 80, nonConvergenceTimeout: 20 s }
        lastResort: [postCopy, suspend, abort]
        limits:
          progressTimeout: 150 s
          progress: remaining
          completionTimeoutPerGiB: 150 s
          dataSize: { unit: 1 GB, roundUp: true, memoryAtLeast: 2, diskAtLeast: 0.5, sumAtLeast: 1, wholeSeconds: true }
          switchOverDeadline: 60 s
          prepareTimeout: 300 s
          stallingLimit: 30 s
        downtimeBudget: 900 ms
        permits: { throttle: true, postCopy: true, suspend: true, compression: true }
        concurrency: { cluster: 5, outboundPerHost: 2, inboundPerHost: 3 }
        """;

    private const string Json =
        """
        {
          "name": "everything",
          "description": "Has every field.\nIn two lines.",
          "select": { "labels": { "tier": "gold", "zone": "a" } },
          "interval": "1.5 s",
          "start": {
            "maxDowntime": "100 ms", "bandwidth": "1.5 GiB/s", "postCopyBandwidth": "100 MB\/s", "autoConverge": true, "autoConvergeInitial": "20 %",
            "autoConvergeIncrement": 5, "postCopy": true, "compression": ["xbzrle"]
          },
          "steps": [
            { "when": { "iterationsOver": 1, "withoutProgress": "2 min" }, "do": { "setDowntime": "150 ms" } },
            { "when": { "elapsedPerGiB": "75 s", "times": 3, "localMinimum": "4 %" }, "do": { "setDowntime": { "times": 1.5, "max": "10 s" } }, "repeat": true },
            { "when": { "iterationsWithoutProgress": 2, "predictedDowntimeAtMost": "2 s", "predictedDowntimeOver": "300 ms" }, "do": { "setBandwidth": "none" } },
            { "when": { "growthsOver": 5, "stalled": "45 s" }, "do": { "setBandwidth": "64 MiB/s" } },
            { "when": { "elapsed": "1 h" }, "do": { "throttle": 40 } },
            { "when": { "elapsed": "2 h" }, "do": "suspend" },
            { "when": { "elapsed": "2 h" }, "do": "postCopy" },
            { "when": { "elapsed": "3 h" }, "do": "abort" }
          ],
          "catchUp": true,
          "adaptive": { "minPasses": 4, "changeInterval": "5 s", "throttleMax": 80, "nonConvergenceTimeout": "20 s" },
          "lastResort": ["postCopy", "suspend", "abort"],
          "limits": {
            "progressTimeout": "150 s", "progress": "remaining", "completionTimeoutPerGiB": "150 s",
            "dataSize": { "unit": "1 GB", "roundUp": true, "memoryAtLeast": 2, "diskAtLeast": 0.5, "sumAtLeast": 1, "wholeSeconds": true },
            "switchOverDeadline": "60 s", "prepareTimeout": "300 s", "stallingLimit": "30 s"
          },
          "downtimeBudget": "900 ms",
          "permits": { "throttle": true, "postCopy": true, "suspend": true, "compression": true },
          "concurrency": { "cluster": 5, "outboundPerHost": 2, "inboundPerHost": 3 }
        }
        """;

    private static readonly MigrationPolicy Everything = new()
    {
        Name = "everything",
        Description = "Has every field.\nIn two lines.",
        Select = new Dictionary<string, string> { ["tier"] = "gold", ["zone"] = "a" },
        Interval = TimeSpan.FromSeconds(1.5),
        Start = new PolicyStart
        {
            MaxDowntime = TimeSpan.FromMilliseconds(100),
            Bandwidth = new BytesPerSecond(3L << 29),
            PostCopyBandwidth = new BytesPerSecond(100_000_000),
            AutoConverge = true,
            AutoConvergeInitial = new Percent(20),
            AutoConvergeIncrement = new Percent(5),
            PostCopy = true,
            Compression = ["xbzrle"],
        },
        Steps =
        [
            new(new() { IterationsOver = 1, WithoutProgress = TimeSpan.FromMinutes(2) }, new() { Kind = PolicyActionKind.SetDowntime, Downtime = TimeSpan.FromMilliseconds(150) }),
            new(
                new() { ElapsedPerGiB = TimeSpan.FromSeconds(75), Times = 3, LocalMinimum = new Percent(4) },
                new() { Kind = PolicyActionKind.SetDowntime, DowntimeFactor = 1.5, DowntimeMax = TimeSpan.FromSeconds(10) },
                Repeat: true),
            new(
                new()
                {
                    IterationsWithoutProgress = 2,
                    PredictedDowntimeAtMost = TimeSpan.FromSeconds(2),
                    PredictedDowntimeOver = TimeSpan.FromMilliseconds(300),
                },
                new() { Kind = PolicyActionKind.SetBandwidth }),
            new(new() { GrowthsOver = 5, Stalled = TimeSpan.FromSeconds(45) }, new() { Kind = PolicyActionKind.SetBandwidth, Bandwidth = BytesPerSecond.FromMebibytes(64) }),
            new(new() { Elapsed = TimeSpan.FromHours(1) }, new() { Kind = PolicyActionKind.Throttle, Throttle = new Percent(40) }),
            new(new() { Elapsed = TimeSpan.FromHours(2) }, new() { Kind = PolicyActionKind.Suspend }),
            new(new() { Elapsed = TimeSpan.FromHours(2) }, new() { Kind = PolicyActionKind.PostCopy }),
            new(new() { Elapsed = TimeSpan.FromHours(3) }, new() { Kind = PolicyActionKind.Abort }),
        ],
        CatchUp = true,
        Adaptive = new AdaptiveRule { MinPasses = 4, ChangeInterval = TimeSpan.FromSeconds(5), ThrottleMax = new Percent(80), NonConvergenceTimeout = TimeSpan.FromSeconds(20) },
        LastResort = [PolicyActionKind.PostCopy, PolicyActionKind.Suspend, PolicyActionKind.Abort],
        Limits = new PolicyLimits
        {
            ProgressTimeout = TimeSpan.FromSeconds(150),
            Progress = ProgressMeasure.Remaining,
            CompletionTimeoutPerGiB = TimeSpan.FromSeconds(150),
            DataSize = new DataSizeRule { Unit = new Bytes(1_000_000_000), RoundUp = true, MemoryAtLeast = 2, DiskAtLeast = 0.5, SumAtLeast = 1, WholeSeconds = true },
            SwitchOverDeadline = TimeSpan.FromSeconds(60),
            PrepareTimeout = TimeSpan.FromSeconds(300),
            StallingLimit = TimeSpan.FromSeconds(30),
        },
        DowntimeBudget = TimeSpan.FromMilliseconds(900),
        Permits = PolicyPermissions.All,
        Concurrency = new PolicyConcurrency { Cluster = 5, OutboundPerHost = 2, InboundPerHost = 3 },
    };

    public static TheoryData<string> Shipped => [.. ShippedPolicies.All.Select(policy => policy.Name)];

    [Fact]
    public void Should_be_read_from_yaml() => Same(Read(Yaml), Everything);

    [Fact]
    public void Should_be_read_from_json() => Same(Read(Json), Everything);

    [Fact]
    public void Should_be_read_with_crlf_and_a_byte_order_mark() => Same(Read('\uFEFF' + Yaml.Replace("\n", "\r\n", StringComparison.Ordinal)), Everything);

    [Fact]
    public void Should_have_defaults_for_omitted_fields() =>
        Same(Read("name: p\ndescription: d\n"), new MigrationPolicy { Name = "p", Description = "d" });

    [Fact]
    public void Should_have_defaults_for_an_empty_rule() =>
        Read("name: p\ndescription: d\ndowntimeBudget: 1 s\nstallDetector: {}\n").StallDetector.ShouldBe(new StallDetector());

    [Fact]
    public void Should_be_written_and_read_back() => Same(Read(PolicyText.Write(Everything)), Everything);

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Should_be_written_and_read_back_as_shipped(string name)
    {
        var policy = ShippedPolicies.All.Single(policy => policy.Name == name);

        Same(Read(PolicyText.Write(policy)), policy);
    }

    [Fact]
    public void Should_be_written_and_read_back_with_random_contents()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var policy = RandomPolicy.FromSeed(seed);

            Same(Read(PolicyText.Write(policy), seed), policy, seed);
        }
    }

    [Fact]
    public void Should_match_the_example_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "infra", "docs", "policies.md"));

        Read(page.Split("```yaml\n")[1].Split("```")[0]).Name.ShouldBe("gold");
    }

    [Fact]
    public void Should_never_make_the_reader_throw_when_damaged()
    {
        var random = new Random(4);
        for (var round = 0; round < 5000; round++)
        {
            var text = new StringBuilder(random.Next(2) == 0 ? Yaml : Json);
            for (var change = random.Next(1, 6); change > 0; change--)
                Damage(text, random);

            var (policy, faults) = PolicyText.Read(text.ToString());

            (policy is null).ShouldBe(faults.Count > 0, text.ToString());
            var lines = text.ToString().ReplaceLineEndings("\n").Split('\n').Length;
            faults.ShouldAllBe(fault => fault.Message.Length > 0 && fault.Line >= 0 && fault.Line <= lines);
        }
    }

    private static void Damage(StringBuilder text, Random random)
    {
        const string Strange = "{}[]:,-?&*!|>'\"%@`#\n\t \\~\0\u2028\uD800é0";
        var at = random.Next(text.Length);
        switch (random.Next(4))
        {
            case 0:
                text[at] = Strange[random.Next(Strange.Length)];
                break;
            case 1:
                text.Insert(at, Strange[random.Next(Strange.Length)]);
                break;
            case 2:
                text.Remove(at, random.Next(text.Length - at) % 40);
                break;
            default:
                text.Insert(random.Next(text.Length), text.ToString(at, random.Next(text.Length - at) % 40));
                break;
        }
    }

    private static MigrationPolicy Read(string text, int seed = 0)
    {
        var (policy, faults) = PolicyText.Read(text);
        faults.ShouldBeEmpty($"seed {seed}\n{text}");
        return policy.ShouldNotBeNull();
    }

    // Records compare lists and dictionaries by reference.
    private static void Same(MigrationPolicy policy, MigrationPolicy expected, int seed = 0) =>
        JsonSerializer.Serialize(policy, MeshJson.Indented).ShouldBe(JsonSerializer.Serialize(expected, MeshJson.Indented), $"seed {seed}");
}
