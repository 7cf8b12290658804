using Mesh.Agent.Configuration;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Libvirt.Tests.Bed;

/// <summary>A guest that an agent throttled, and whose migration ended while no agent ran.</summary>
[Collection(TestBedCollection.Name)]
public sealed class When_an_agent_is_gone(TestBedFixture fixture)
{
    [Fact]
    public async Task The_next_agent_removes_the_throttle_without_a_record_of_it()
    {
        var vm = await fixture.BusyGuestAsync("orphan");
        var bus = new RecordingBus();
        await using (var agent = await AgentAsync(bus))
        {
            await agent.HandleAsync(Start(vm), CancellationToken.None);
            await Eventually.HoldsAsync(
                async () => await fixture.At(TestBedFixture.Source).ReadJobAsync(vm, default) is { Copy.Memory.Transferred.Count: > 0 }, "memory is being copied", TimeSpan.FromSeconds(60));
            await agent.HandleAsync(Throttle(vm), CancellationToken.None);
            await Eventually.HoldsAsync(() => bus.Messages<CommandAnswer>().Count == 2, "both answers");
        }

        bus.Messages<CommandAnswer>()[1].Parameters.ShouldHaveSingleItem().Result.ShouldBe(ParameterResult.Emulated);
        await fixture.Bed.VirshAsync(TestBedFixture.Source, "domjobabort", "orphan");
        (await fixture.QuotaAsync(TestBedFixture.Source, "orphan")).ShouldBe(5000);

        await using var next = await AgentAsync(new RecordingBus());

        await Eventually.HoldsAsync(async () => await fixture.QuotaAsync(TestBedFixture.Source, "orphan") == -1, "the guest is no longer throttled", TimeSpan.FromSeconds(60));
        await fixture.Bed.RemoveGuestAsync("orphan");
    }

    /// <summary>An agent without a state file: the next one does not know what this one knew.</summary>
    private async Task<HostAgent> AgentAsync(RecordingBus bus)
    {
        var log = new Logger<HostAgent>(new ListLogger());
        var agent = new HostAgent(new AgentOptions { Host = TestBedFixture.Source }, () => fixture.Connect(TestBedFixture.Source), bus, TimeProvider.System, log);
        await agent.StartAsync(CancellationToken.None);
        return agent;
    }

    private static StartMigration Start(VmId vm) => new()
    {
        CommandId = new CommandId("start"),
        MigrationId = new MigrationId("orphaned"),
        Epoch = new Epoch(1),
        VmId = vm,
        Destination = new HostName(TestBedFixture.Destination),
        DestinationUri = $"qemu+tcp://{TestBedFixture.Destination}/system",
        Options = new MigrationOptions { Bandwidth = BytesPerSecond.FromMebibytes(8) },
        Limits = new MigrationLimits(),
        DataSize = Bytes.FromMebibytes(160),
    };

    private static ChangeParameters Throttle(VmId vm) => new()
    {
        CommandId = new CommandId("throttle"),
        MigrationId = new MigrationId("orphaned"),
        Epoch = new Epoch(1),
        VmId = vm,
        Parameters = new() { Throttle = new Percent(95) },
    };
}
