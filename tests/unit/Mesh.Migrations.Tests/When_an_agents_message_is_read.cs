using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Migrations.Intake;

namespace Mesh.Migrations.Tests;

public sealed class When_an_agents_message_is_read
{
    private const string Vm = "6f9619ff-8b86-d011-b42d-00c04fc964f1";
    private const string Other = "6f9619ff-8b86-d011-b42d-00c04fc964f2";

    private const string Inventory =
        """
        { "host": "hosta", "agentEpoch": 1767268800000, "sequence": 1, "at": "2026-01-01T12:00:00Z", "protocolVersion": 2,
          "capacity": { "architecture": "x86_64", "cpuModel": "qemu64", "logicalCpus": 4, "memory": 1000, "freeMemory": 1000 },
          "hypervisor": { "hostUuid": "u", "kind": "QEMU", "version": "10", "libvirtVersion": "9" },
          "migrationTarget": "qemu+tcp://hosta/system",
          "vms": [
            { "id": "6f9619ff-8b86-d011-b42d-00c04fc964f1", "name": "g1", "status": "up", "memory": 10, "vCpus": 1, "machineType": "pc", "cpuModel": "", "persistent": true,
              "disks": [], "networks": [], "hostDevices": [], "labels": { "tier": "db" } },
            { "id": "6f9619ff-8b86-d011-b42d-00c04fc964f2", "name": "g2", "status": "up", "memory": 10, "vCpus": 1, "machineType": "pc", "cpuModel": "", "persistent": true,
              "disks": [], "networks": [], "hostDevices": [], "labels": {} } ] }
        """;

    private const string Report =
        """
        { "host": "hosta", "agentEpoch": 1767268800000, "sequence": 7, "at": "2026-01-01T12:00:00Z", "hypervisorReachable": true, "protocolVersion": 2,
          "vms": [ { "id": "6f9619ff-8b86-d011-b42d-00c04fc964f1", "name": "g1", "status": "migratingFrom", "detail": "running" },
                   { "id": "6f9619ff-8b86-d011-b42d-00c04fc964f2", "name": "g2", "status": "up", "detail": "running" } ],
          "migrations": [ { "migrationId": "m1", "epoch": 1, "vmId": "6f9619ff-8b86-d011-b42d-00c04fc964f1", "phase": "preCopy", "copy": { "elapsed": 5 } } ] }
        """;

    /// <summary>A fault in one VM's entry costs that entry, and names the field and what is accepted.</summary>
    [Theory]
    [InlineData("vCpus", "-4", "vms[0].vCpus is -4; 1 to 4096 is accepted")]
    [InlineData("vCpus", "\"many\"", "vms[0].vCpus has a value that is not accepted")]
    [InlineData("vCpus", "99999999999999999999", "vms[0].vCpus has a value that is not accepted")]
    [InlineData("memory", "-1", "vms[0].memory is -1; 0 to 9007199254740991 is accepted")]
    [InlineData("memory", "null", "vms[0].memory ")]
    [InlineData("name", "\"\"", "vms[0].name has 0 characters; 1 to 255 are accepted")]
    [InlineData("name", "\"a\\u001bb\"", "vms[0].name has a control character")]
    [InlineData("status", "\"flying\"", "vms[0].status has a value that is not accepted")]
    [InlineData("status", "\"up,paused\"", "vms[0].status has a value that is not accepted")]
    [InlineData("disks", "[ null ]", "vms[0].disks[0] is null")]
    [InlineData("disks", "null", "vms[0]")]
    [InlineData("labels", "{ \"tier\": null }", "vms[0].labels['tier'] is null")]
    [InlineData("numaNodes", "[ -1 ]", "vms[0].numaNodes[0] is -1")]
    [InlineData("throttle", "101", "vms[0].throttle is 101; 0 to 100 is accepted")]
    [InlineData("cpuFeatures", "[ null ]", "vms[0].cpuFeatures[0] is null")]
    public void Should_drop_the_entry_of_a_vm_with_a_fault(string member, string value, string reason)
    {
        var json = JsonNode.Parse(Inventory)!;
        json["vms"]![0]![member] = JsonNode.Parse(value);

        var read = AgentMessageReader.ReadInventory(Element(json));

        read.Fault.ShouldBeNull();
        read.Content!.Vms.ShouldHaveSingleItem().Name.ShouldBe("g2");
        var dropped = read.InvalidEntries.ShouldHaveSingleItem();
        dropped.Vm.ShouldBe(VmId.Parse(Vm));
        dropped.Reason.ShouldStartWith(reason);
    }

    [Fact]
    public void Should_drop_an_entry_that_lacks_a_member_or_an_identity()
    {
        var json = JsonNode.Parse(Inventory)!;
        json["vms"]![0]!.AsObject().Remove("memory");
        json["vms"]![1]!["id"] = "no UUID";
        json["vms"]!.AsArray().Add(null);

        var read = AgentMessageReader.ReadInventory(Element(json));

        read.Content!.Vms.ShouldBeEmpty();
        read.InvalidEntries.Select(entry => (entry.Vm?.ToString(), entry.Name)).ShouldBe([(Vm, "g1"), (null, "g2"), (null, null)]);
        read.InvalidEntries[0].Reason.ShouldBe("vms[0] lacks 'memory'");
        read.InvalidEntries[2].Reason.ShouldBe("vms[2] is null; an object is expected");
    }

    [Fact]
    public void Should_count_none_of_several_entries_of_one_vm_even_if_one_is_invalid()
    {
        var json = JsonNode.Parse(Inventory)!;
        var again = json["vms"]![0]!.DeepClone();
        again["vCpus"] = 0;
        json["vms"]!.AsArray().Add(again);

        var read = AgentMessageReader.ReadInventory(Element(json));

        read.Content!.Vms.ShouldHaveSingleItem().Name.ShouldBe("g2");
        read.InvalidEntries.ShouldHaveSingleItem().Reason.ShouldBe($"vms has 2 entries of {Vm}; none of them counts");
    }

    /// <summary>A fault outside the entries refuses the message, and names its host as far as it says it.</summary>
    [Theory]
    [InlineData("host", "\"a/b\"", "host", false)]
    [InlineData("host", "null", "host", false)]
    [InlineData("host", "7", "host", false)]
    [InlineData("agentEpoch", "-1", "agentEpoch is -1; 1 to ", true)]
    [InlineData("sequence", "-1", "sequence is -1; 0 to ", true)]
    [InlineData("at", "\"0001-01-01T00:00:00Z\"", "at is ", true)]
    [InlineData("at", "\"noon\"", "at", true)]
    [InlineData("vms", "null", "", true)]
    [InlineData("vms", "{}", "vms", true)]
    [InlineData("migrationTarget", "null", "", true)]
    [InlineData("labels", "{ \"\": \"x\" }", "labels has a key", true)]
    [InlineData("networks", "[ null ]", "networks[0] is null", true)]
    public void Should_refuse_a_message_with_a_fault_of_its_own(string member, string value, string fault, bool namesHost)
    {
        var json = JsonNode.Parse(Inventory)!;
        json[member] = JsonNode.Parse(value);

        var read = AgentMessageReader.ReadInventory(Element(json));

        read.Content.ShouldBeNull();
        read.Host.ShouldBe(namesHost ? new HostName("hosta") : null);
        read.Fault.ShouldNotBeNull().ToString().ShouldStartWith(fault);
    }

    [Fact]
    public void Should_refuse_whatever_is_no_message()
    {
        foreach (var text in new[] { "null", "[]", "7", "\"text\"", "true", "{}" })
            AgentMessageReader.ReadReport(Element(JsonNode.Parse(text))).Fault.ShouldNotBeNull();
        AgentMessageReader.ReadReport(JsonDocument.Parse("""{ "host": "hosta", "\ud800": "\ud800", "vms": [ { "\udfff": 1 } ] }""").RootElement).Host.ShouldBe(new HostName("hosta"));
    }

    [Fact]
    public void Should_bound_what_it_quotes()
    {
        var json = JsonNode.Parse(Inventory)!;
        json["host"] = new string('x', 5_000_000);
        AgentMessageReader.ReadInventory(Element(json)).Fault!.ToString().Length.ShouldBeLessThan(400);
        json = JsonNode.Parse(Inventory)!;
        json["vms"]![0]!["name"] = new string('x', 5_000_000);
        AgentMessageReader.ReadInventory(Element(json)).InvalidEntries.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            entry => entry.Name.ShouldBeNull(), entry => entry.Reason.ShouldBe("vms[0].name has 5000000 characters; 1 to 255 are accepted"));
    }

    [Fact]
    public void Should_refuse_more_vms_than_a_host_may_have()
    {
        var json = JsonNode.Parse(Report)!;
        json["vms"] = new JsonArray([.. Enumerable.Range(0, MessageLimits.VmsPerHostMax + 1).Select(_ => (JsonNode?)null)]);
        AgentMessageReader.ReadReport(Element(json)).Fault!.ToString().ShouldBe("vms has 10001 elements; at most 10000 are accepted");
    }

    [Fact]
    public void Should_drop_statuses_and_samples_of_a_report_each_by_itself()
    {
        var json = JsonNode.Parse(Report)!;
        json["vms"]![1]!["detail"] = null;
        json["migrations"]![0]!["copy"]!["elapsed"] = -5;

        var read = AgentMessageReader.ReadReport(Element(json));

        read.Content!.Vms.ShouldHaveSingleItem().Name.ShouldBe("g1");
        read.Content.Migrations.ShouldBeEmpty();
        read.InvalidEntries.Select(entry => (entry.Vm!.Value.ToString(), entry.IsStatus)).ShouldBe([(Other, true), (Vm, false)]);
        read.InvalidEntries[1].Reason.ShouldStartWith("migrations[0].copy.elapsed is -5; 0 to ");
    }

    [Fact]
    public void Should_take_a_valid_message_as_it_is()
    {
        var report = AgentMessageReader.ReadReport(Element(JsonNode.Parse(Report)));
        report.InvalidEntries.ShouldBeEmpty();
        Serialize(report.Content).ShouldBe(Serialize(JsonSerializer.Deserialize<HostReport>(Report, MeshJson.Options)));
        Serialize(AgentMessageReader.ReadInventory(Element(JsonNode.Parse(Inventory))).Content).ShouldBe(Serialize(JsonSerializer.Deserialize<HostInventory>(Inventory, MeshJson.Options)));
    }

    private static string Serialize<T>(T content) => JsonSerializer.Serialize(content, MeshJson.Options);

    private static JsonElement Element(JsonNode? json) => JsonSerializer.SerializeToElement(json);
}
