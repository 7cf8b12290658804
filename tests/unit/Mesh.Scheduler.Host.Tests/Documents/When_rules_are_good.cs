using System.Text.Json;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Scheduler.Documents;
using Mesh.Testing.Fixtures;

namespace Mesh.Scheduler.Host.Tests.Documents;

public sealed class When_rules_are_good
{
    private const string Yaml =
        """
        # Whoever wants to say why may do so.
        hostAffinity:
          - name: gold-on-ssd
            vms: { tier: gold }
            hosts: { disk: ssd, "site": 'north' }
          - name: prefers-many-cores
            hosts:
              - { key: cores, operator: greaterThan, values: [31] }
              - { key: rack, operator: notIn, values: [r1, "2"] }
              - { key: retired, operator: doesNotExist }
            required: false
            weight: 80
        vmAffinity:
          - { name: db-apart, vms: { app: db }, apart: true }
          - { name: web-near-cache, vms: { app: shop }, apart: false, hard: false, weight: 20 }
        taints:
          - { name: gpu, hosts: [{ key: gpu, operator: exists }], toleratedBy: { needs: gpu } }
          - { name: old, hosts: [{ key: year, operator: lessThan, values: ["2020"] }], hard: false }
        networks:
          - { name: br-storage, hosts: { storage: "yes" } }
          - { name: mgmt-br, moves: false }
        """;

    private const string Noise = "{}[]:,-#'\"\n\t &*!|>x1";

    [Fact]
    public void Should_read_every_field()
    {
        var rules = Read(Yaml);

        rules.HostAffinity.Count.ShouldBe(2);
        var (gold, cores) = (rules.HostAffinity[0], rules.HostAffinity[1]);
        (gold.Name, gold.Required, gold.Weight).ShouldBe(("gold-on-ssd", true, 50));
        gold.Vms.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["tier"] = "gold" });
        gold.Hosts.Select(Words).ShouldBe(["disk In ssd", "site In north"]);
        (cores.Required, cores.Weight, cores.Vms.Count).ShouldBe((false, 80, 0));
        cores.Hosts.Select(Words).ShouldBe(["cores GreaterThan 31", "rack NotIn r1,2", "retired DoesNotExist "]);
        rules.VmAffinity.Select(rule => (rule.Name, rule.Apart, rule.Hard, rule.Weight)).ShouldBe(
            [("db-apart", true, true, 50), ("web-near-cache", false, false, 20)]);
        rules.Taints.Select(rule => (rule.Name, Words(rule.Hosts[0]), rule.ToleratedBy.Count, rule.Hard)).ShouldBe(
            [("gpu", "gpu Exists ", 1, true), ("old", "year LessThan 2020", 0, false)]);
        rules.Networks.Select(rule => (rule.Name, rule.Hosts.Count, rule.Moves)).ShouldBe([("br-storage", 1, true), ("mgmt-br", 0, false)]);
    }

    [Fact]
    public void Should_read_a_document_without_rules() => Json(Read("{}\n")).ShouldBe(Json(new PlacementRules()));

    [Fact]
    public void Should_read_back_written_rules() => Json(Read(RulesText.Write(Read(Yaml)))).ShouldBe(Json(Read(Yaml)));

    [Fact]
    public void Should_write_no_rules_as_no_rules() => Json(Read(RulesText.Write(new PlacementRules()))).ShouldBe(Json(new PlacementRules()));

    [Fact]
    public void Should_read_the_JSON_of_the_API() => Json(Read(Json(Read(Yaml)))).ShouldBe(Json(Read(Yaml)));

    [Fact]
    public void Should_read_back_random_rules()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var rules = RandomRules.Create(seed);
            var text = RulesText.Write(rules);
            var reading = RulesText.Read(text);

            reading.Diagnostics.ShouldBeEmpty($"seed {seed}:\n{text}");
            Json(reading.Rules!).ShouldBe(Json(rules), $"seed {seed}:\n{text}");
            Json(Read(Json(rules))).ShouldBe(Json(rules), $"seed {seed} as JSON");
        }
    }

    [Fact]
    public void Should_throw_nothing_for_any_text()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var text = Yaml.ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                text[random.Next(text.Length)] = Noise[random.Next(Noise.Length)];
            var reading = RulesText.Read(new string(text));
            (reading.Rules is null).ShouldBe(reading.Diagnostics.Count > 0, $"seed {seed}");
        }
    }

    [Fact]
    public void Should_accept_the_example_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "infra/docs/scheduling.md"));
        var example = page.Split("```yaml\n")[1].Split("```")[0];

        var rules = Read(example);

        (rules.HostAffinity.Count > 0 && rules.VmAffinity.Count > 0 && rules.Taints.Count > 0 && rules.Networks.Count > 0).ShouldBeTrue();
    }

    private static PlacementRules Read(string text)
    {
        var reading = RulesText.Read(text);
        reading.Diagnostics.ShouldBeEmpty();
        return reading.Rules.ShouldNotBeNull();
    }

    private static string Words(LabelRequirement requirement) => $"{requirement.Key} {requirement.Operator} {string.Join(',', requirement.Values)}";

    private static string Json(PlacementRules rules) => JsonSerializer.Serialize(rules with
    {
        HostAffinity = [.. rules.HostAffinity.Select(rule => rule with { Vms = Sorted(rule.Vms) })],
        VmAffinity = [.. rules.VmAffinity.Select(rule => rule with { Vms = Sorted(rule.Vms) })],
        Taints = [.. rules.Taints.Select(rule => rule with { ToleratedBy = Sorted(rule.ToleratedBy) })],
    }, MeshJson.Options);

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> labels) =>
        new(labels.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}
