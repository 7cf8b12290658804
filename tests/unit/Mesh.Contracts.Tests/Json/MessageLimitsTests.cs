using System.Reflection;
using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Schemas;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Json;

public sealed class MessageLimitsTests
{
    private static readonly Type[] Checked = [typeof(HostName), typeof(MigrationId), typeof(CommandId), typeof(AgentEventId), typeof(VmId), typeof(DateTimeOffset), typeof(bool)];

    /// <summary>A number, text or list without limits would be taken whatever it is.</summary>
    [Fact]
    public void Every_member_of_an_agents_message_has_limits()
    {
        var members = MemberLimits.Types.Where(type => !type.IsAbstract).SelectMany(type => MeshJson.Options.GetTypeInfo(type).Properties)
            .Where(member => !((MemberInfo)member.AttributeProvider!).IsDefined(typeof(JsonIgnoreAttribute))).ToList();

        members.Count.ShouldBeGreaterThan(100);
        members.Where(member => MessageLimits.Find(member.PropertyType, (MemberInfo)member.AttributeProvider!) is null)
            .Select(member => Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType)
            .Where(type => !type.IsEnum && !Checked.Contains(type) && !MemberLimits.Types.Contains(type))
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_schemas_state_them()
    {
        var vm = SchemaFiles.Read(SchemaGenerator.CommonFile)["$defs"]!["VmDescription"]!["properties"]!;
        (vm["vCpus"]!["minimum"]!.GetValue<int>(), vm["vCpus"]!["maximum"]!.GetValue<int>()).ShouldBe((1, MessageLimits.VCpusMax));
        (vm["name"]!["minLength"]!.GetValue<int>(), vm["name"]!["maxLength"]!.GetValue<int>()).ShouldBe((1, MessageLimits.NameLengthMax));
        vm["disks"]!["maxItems"]!.GetValue<int>().ShouldBe(MessageLimits.DevicesPerVmMax);
        vm["labels"]!["maxProperties"]!.GetValue<int>().ShouldBe(LabelLimits.CountMax);
        SchemaFiles.Read("HostReport.json")["properties"]!["vms"]!["maxItems"]!.GetValue<int>().ShouldBe(MessageLimits.VmsPerHostMax);
    }
}
