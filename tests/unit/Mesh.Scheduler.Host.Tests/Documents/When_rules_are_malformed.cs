using Mesh.Scheduler.Documents;

namespace Mesh.Scheduler.Host.Tests.Documents;

/// <summary>Each document has one error, which is reported with its line, its field and what is expected.</summary>
public sealed class When_rules_are_malformed
{
    public static TheoryData<string, int, string, string> Wholes => new()
    {
        { "", 0, "", "is empty" },
        { "# only a comment\n", 0, "", "is empty" },
        { "- taints: []\n", 1, "", "must be a mapping of fields, not a list" },
        { "all of them\n", 1, "", "must be a mapping of fields, not 'all of them'" },
        { "taints: []\n---\ntaints: []\n", 2, "", "contains a second document" },
        { "taints: []\nnetwork: []\n", 2, "network", "did you mean networks?" },
        { "rules: []\n", 1, "rules", "accepted: hostAffinity, vmAffinity, taints, networks" },
        { "taints: []\ntaints: []\n", 2, "taints", "is given twice; first in line 1" },
        { "taints:\n", 1, "taints", "is empty; give it a value" },
        { "taints: { name: t }\n", 1, "taints", "must be a list of taints, not a mapping of fields" },
        { "taints: [gpu]\n", 1, "taints[0]", "must be a mapping of fields, not 'gpu'" },
        { "taints: [\n", 1, "", "is neither YAML nor JSON" },
        { "taints:\n\t- name: t\n", 2, "", "a tab is used for indentation; use spaces" },
        { $"# {new string('x', 256 * 1024)}\n{{}}\n", 0, "", "at most 262144 are allowed" },
        { $"taints: [{string.Join(',', Enumerable.Range(0, 1001).Select(number => $"{{name: t{number}, hosts: {{a: b}}}}"))}]\n", 1, "taints", "has 1001 entries; at most 1000" },
        { "{\n  \"taints\": [\n    { \"name\": \"t\", \"hosts\": { \"gpu\": true } }\n  ]\n}\n", 3, "taints[0].hosts.gpu", "must be text, not 'true'" },
        { "hostAffinity:\n  - { name: a, hosts: { x: z } }\ntaints:\n  - { name: a, hosts: { x: z } }\n", 4, "taints[0].name", "'a' is already used by hostAffinity[0].name" },
        { "networks:\n  - { name: br0 }\n  - { name: br0, moves: false }\n", 3, "networks[1].name", "'br0' is already used by networks[0].name" },
        { "networks:\n  - { hosts: { x: z } }\n", 2, "networks[0].name", "is missing: the bridge or libvirt network" },
        { "networks:\n  - { name: \"\" }\n", 2, "networks[0].name", "is empty" },
        { $"networks:\n  - {{ name: {new string('b', 254)} }}\n", 2, "networks[0].name", "has 254 characters; at most 253" },
        { "networks:\n  - { name: br0, moves: never }\n", 2, "networks[0].moves", "must be true or false, not 'never'" },
        { "networks:\n  - { name: br0, weight: 5 }\n", 2, "networks[0].weight", "unknown field 'weight'" },
        { "networks:\n  - { name: br0, hosts: rack-1 }\n", 2, "networks[0].hosts", "must be a mapping of labels such as { disk: ssd }, or a list" },
        { "vmAffinity:\n  - { name: a, apart: true }\n", 2, "vmAffinity[0].vms", "is missing: labels of the VMs" },
        { "vmAffinity:\n  - { name: a, apart: true, vms: {} }\n", 2, "vmAffinity[0].vms", "has 0 labels; accepted: 1 to 64" },
        { "vmAffinity:\n  - { name: a, vms: { app: shop } }\n", 2, "vmAffinity[0].apart", "is missing: true keeps the VMs on different hosts" },
        { "vmAffinity:\n  - { name: a, apart: yes, vms: { app: shop } }\n", 2, "vmAffinity[0].apart", "must be true or false, not 'yes'" },
        { "vmAffinity:\n  - { name: a, apart: true, vms: [shop] }\n", 2, "vmAffinity[0].vms", "must be a mapping of fields, not a list" },
        { "vmAffinity:\n  - { name: a, apart: true, vms: { app: 7 } }\n", 2, "vmAffinity[0].vms.app", "must be text, not '7'" },
        { "vmAffinity:\n  - { name: a, apart: true, vms: { app: shop }, weight: 80 }\n", 2, "vmAffinity[0].weight", "has no effect unless hard is false" },
        { "vmAffinity:\n  - { name: a, apart: true, vms: { app: shop }, hard: false, weight: 101 }\n", 2, "vmAffinity[0].weight", "a whole number from 1 to 100" },
        { "vmAffinity:\n  - { name: a, apart: true, vms: { app: shop }, hosts: { x: z } }\n", 2, "vmAffinity[0].hosts", "unknown field 'hosts'" },
    };

    public static TheoryData<string, string, string> Names => new()
    {
        { "Gold", "name", "'Gold' is not a valid name: expected 1 to 63 lower-case letters, digits and hyphens, not starting with a hyphen" },
        { "a_b", "name", "is not a valid name" },
        { "-a", "name", "not starting with a hyphen" },
        { new string('a', 64), "name", "is not a valid name" },
        { "7", "name", "must be text, not '7'" },
        { "[a]", "name", "must be text, not a list" },
    };

    public static TheoryData<string, string, string> Requirements => new()
    {
        { "{}", "", "has 0 labels; accepted: 1 to 64" },
        { "[]", "", "is empty; expected a mapping of labels" },
        { "[ssd]", "[0]", "must be a mapping of fields, not 'ssd'" },
        { "{ disk: \"\" }", ".disk", "1 to 253 characters" },
        { "[{ operator: exists }]", "[0].key", "is missing: the label" },
        { "[{ key: disk }]", "[0].operator", "is missing: in, notIn, exists, doesNotExist, greaterThan, lessThan" },
        { "[{ key: \"\", operator: exists }]", "[0].key", "is empty" },
        { "[{ key: disk, operator: is, values: [ssd] }]", "[0].operator", "'is' is not accepted" },
        { "[{ key: disk, operator: In, values: [ssd] }]", "[0].operator", "did you mean in" },
        { "[{ key: disk, operator: in }]", "[0]", "has no values; in requires a list of strings" },
        { "[{ key: disk, operator: in, values: ssd }]", "[0].values", "must be a list of strings for in, not 'ssd'" },
        { "[{ key: disk, operator: notIn, values: [] }]", "[0].values", "is empty; notIn requires at least one string" },
        { "[{ key: disk, operator: in, values: [ssd, ssd] }]", "[0].values[1]", "'ssd' is listed twice" },
        { "[{ key: disk, operator: in, values: [1] }]", "[0].values[0]", "must be text, not '1'" },
        { "[{ key: disk, operator: exists, values: [ssd] }]", "[0].values", "is not allowed with exists" },
        { "[{ key: cores, operator: greaterThan }]", "[0]", "has no values; greaterThan requires one whole number" },
        { "[{ key: cores, operator: greaterThan, values: [1, 2] }]", "[0].values", "has 2 entries; greaterThan requires one whole number" },
        { "[{ key: cores, operator: lessThan, values: [] }]", "[0].values", "has 0 entries" },
        { "[{ key: cores, operator: lessThan, values: [many] }]", "[0].values[0]", "must be a whole number for lessThan, not 'many'" },
        { "[{ key: cores, operator: lessThan, values: [1.5] }]", "[0].values[0]", "must be a whole number for lessThan, not '1.5'" },
        { "[{ key: disk, operator: exists, value: ssd }]", "[0].value", "did you mean values?" },
    };

    [Theory]
    [MemberData(nameof(Wholes))]
    public void Should_report_errors(string text, int line, string field, string fragment) => Expect(text, line, field, fragment);

    [Theory]
    [MemberData(nameof(Names))]
    public void Should_report_errors_in_a_name(string name, string field, string fragment)
    {
        Expect($"hostAffinity:\n  - name: {name}\n    hosts: {{ disk: ssd }}\n", 2, $"hostAffinity[0].{field}", fragment);
        Expect($"vmAffinity:\n  - name: {name}\n    apart: true\n    vms: {{ app: shop }}\n", 2, $"vmAffinity[0].{field}", fragment);
        Expect($"taints:\n  - name: {name}\n    hosts: {{ disk: ssd }}\n", 2, $"taints[0].{field}", fragment);
    }

    [Theory]
    [MemberData(nameof(Requirements))]
    public void Should_report_errors_in_a_requirement(string hosts, string below, string fragment)
    {
        Expect($"hostAffinity:\n  - name: a\n    hosts: {hosts}\n", 3, $"hostAffinity[0].hosts{below}", fragment);
        Expect($"taints:\n  - name: a\n    hosts: {hosts}\n", 3, $"taints[0].hosts{below}", fragment);
    }

    [Theory]
    [InlineData("hostAffinity:\n  - { name: a, hosts: { x: z }, weight: 80 }\n", "hostAffinity[0].weight", "has no effect unless required is false")]
    [InlineData("hostAffinity:\n  - { name: a }\n", "hostAffinity[0].hosts", "is missing: labels of the hosts")]
    [InlineData("hostAffinity:\n  - { name: a, hosts: { x: z }, hard: true }\n", "hostAffinity[0].hard", "unknown field 'hard'")]
    [InlineData("taints:\n  - { name: a, hosts: { x: z }, weight: 80 }\n", "taints[0].weight", "has no effect unless hard is false")]
    [InlineData("taints:\n  - { name: a, hosts: { x: z }, tolerates: { y: z } }\n", "taints[0].tolerates", "toleratedBy")]
    [InlineData("taints:\n  - { hosts: { x: z } }\n", "taints[0].name", "is missing: lower-case letters")]
    public void Should_report_errors_in_a_rule(string text, string field, string fragment) => Expect(text, 2, field, fragment);

    [Fact]
    public void Should_report_all_errors_at_once_by_line()
    {
        var reading = RulesText.Read(
            """
            hostAffinity:
              - name: Gold
                hosts: { disk: 1 }
            vmAffinity:
              - name: a
                weight: 0
            network: []
            """);

        reading.Rules.ShouldBeNull();
        reading.Diagnostics.Select(fault => (fault.Line, fault.Field)).ShouldBe(
        [
            (2, "hostAffinity[0].name"), (3, "hostAffinity[0].hosts.disk"), (5, "vmAffinity[0].vms"), (5, "vmAffinity[0].apart"), (6, "vmAffinity[0].weight"), (7, "network"),
        ]);
    }

    private static void Expect(string text, int line, string field, string fragment)
    {
        var reading = RulesText.Read(text);

        reading.Rules.ShouldBeNull();
        var fault = reading.Diagnostics.ShouldHaveSingleItem(string.Join('\n', reading.Diagnostics));
        fault.Message.ShouldContain(fragment);
        (fault.Line, fault.Field).ShouldBe((line, field));
    }
}
