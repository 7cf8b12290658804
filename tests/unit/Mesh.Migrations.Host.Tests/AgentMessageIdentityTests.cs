using Mesh.Contracts.Agents;
using Mesh.Migrations.Host.Grains;

namespace Mesh.Migrations.Host.Tests;

public sealed class AgentMessageIdentityTests
{
    [Fact]
    public void A_repeated_event_has_the_same_identity_and_another_event_has_not()
    {
        var sent = Stalled("m1.1.1.1");

        AgentMessageIdentity.From(sent with { At = sent.At.AddSeconds(1) }).ShouldBe(AgentMessageIdentity.From(sent));
        AgentMessageIdentity.From(Stalled("m1.1.1.2")).ShouldNotBe(AgentMessageIdentity.From(sent));
        AgentMessageIdentity.From(sent with { Host = new("host-b") }).ShouldNotBe(AgentMessageIdentity.From(sent));
        AgentMessageIdentity.From(sent with { EventId = null }).ShouldBeNull();
    }

    [Fact]
    public void An_answer_of_another_attempt_has_another_identity()
    {
        var answer = new CommandAnswer
        {
            Host = HostMessages.Source,
            MigrationId = new("m1"),
            Epoch = new(1),
            CommandId = new("m1.1.1"),
            Result = CommandResult.Succeeded,
        };

        AgentMessageIdentity.From(answer with { DestinationUri = "qemu:///system" }).ShouldBe(AgentMessageIdentity.From(answer));
        AgentMessageIdentity.From(answer with { Epoch = new(2) }).ShouldNotBe(AgentMessageIdentity.From(answer));
        AgentMessageIdentity.From(answer with { CommandId = new("m1.1.2") }).ShouldNotBe(AgentMessageIdentity.From(answer));
    }

    private static JobStalled Stalled(string id) => new()
    {
        EventId = new(id),
        Host = HostMessages.Source,
        MigrationId = new("m1"),
        Epoch = new(1),
        VmId = HostMessages.CreateVm().Id,
        At = DateTimeOffset.UnixEpoch,
        StalledFor = TimeSpan.FromSeconds(5),
    };
}
