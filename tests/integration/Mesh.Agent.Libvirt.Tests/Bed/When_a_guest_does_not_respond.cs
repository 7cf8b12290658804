using Mesh.Agent.Configuration;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Libvirt.Tests.Bed;

/// <summary>One QEMU is stopped: libvirt then waits for it without limit in every query that it has to answer.</summary>
[Collection(TestBedCollection.Name)]
public sealed class When_a_guest_does_not_respond(TestBedFixture fixture)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_others_are_described_and_can_leave_and_it_is_shown_until_it_responds()
    {
        var hung = await fixture.BusyGuestAsync("hung", "RATE=1", "DISK_MIB=8");
        var other = await fixture.BusyGuestAsync("other", "RATE=1");
        await SignalAsync("STOP");
        try
        {
            var bus = new RecordingBus();
            await using var agent = await AgentAsync(bus);

            // The agent has never seen it respond: what libvirt itself knows of it is sent.
            await Eventually.HoldsAsync(() => Latest(bus, hung) is { NotResponding: true }, "the stopped guest is marked", Timeout);
            var vm = Latest(bus, hung)!;
            vm.Memory.Count.ShouldBeGreaterThan(0);
            vm.Disks.ShouldHaveSingleItem().Target.ShouldBe("vda");
            Latest(bus, other).ShouldNotBeNull().NotResponding.ShouldBeFalse();

            // Nor has the next agent, to which the query of the first looks like anybody's.
            var next = new RecordingBus();
            await using (await AgentAsync(next))
            {
                await Eventually.HoldsAsync(() => Latest(next, hung) is { NotResponding: true, Status: VmStatus.Up }, "the stopped guest is marked again", TimeSpan.FromSeconds(10));
                next.Messages<HostReport>()[0].Vms.ShouldContain(report => report.Id == hung && report.Status == VmStatus.Up, "it is not taken for one that migrates");
            }

            // The next ones do not wait for it again.
            var sent = bus.Messages<HostInventory>().Count;
            await Eventually.HoldsAsync(() => bus.Messages<HostInventory>().Count >= sent + 3, "further inventories", TimeSpan.FromSeconds(15));

            await agent.HandleAsync(Start(hung, "refused"), CancellationToken.None);
            await Eventually.HoldsAsync(() => Answer(bus, "refused") is not null, "the refusal", TimeSpan.FromSeconds(15));
            Answer(bus, "refused")!.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.VmNotResponding);

            await agent.HandleAsync(Start(other, "moved"), CancellationToken.None);
            await Eventually.HoldsAsync(() => bus.Messages<JobEnded>().Count > 0, "the end of the other guest's migration", Timeout);
            bus.Messages<JobEnded>().ShouldHaveSingleItem().Result.ShouldBe(JobResult.Completed);

            await SignalAsync("CONT");
            await Eventually.HoldsAsync(() => Latest(bus, hung) is { NotResponding: false, Disks: [{ Capacity: not null }] }, "the guest responds again", Timeout);
        }
        finally
        {
            await SignalAsync("CONT");
            await fixture.Bed.RemoveGuestAsync("hung");
            await fixture.Bed.RemoveGuestAsync("other");
        }
    }

    private static VmDescription? Latest(RecordingBus bus, VmId vm) =>
        bus.Messages<HostInventory>() is [.., var last] ? last.Vms.FirstOrDefault(known => known.Id == vm) : null;

    private static CommandAnswer? Answer(RecordingBus bus, string command) =>
        bus.Messages<CommandAnswer>().FirstOrDefault(answer => answer.CommandId == new CommandId(command));

    private Task<string> SignalAsync(string signal) =>
        fixture.Bed.RunAsync("exec", TestBedFixture.Source, "sh", "-c", $"kill -{signal} $(cat /run/libvirt/qemu/hung.pid)");

    private async Task<HostAgent> AgentAsync(RecordingBus bus)
    {
        var options = new AgentOptions { Host = TestBedFixture.Source, InventoryInterval = TimeSpan.FromSeconds(1) };
        var agent = new HostAgent(options, () => fixture.Connect(TestBedFixture.Source), bus, TimeProvider.System, new Logger<HostAgent>(new ListLogger()));
        await agent.StartAsync(CancellationToken.None);
        return agent;
    }

    private static StartMigration Start(VmId vm, string command) => new()
    {
        CommandId = new CommandId(command),
        MigrationId = new MigrationId(command),
        Epoch = new Epoch(1),
        VmId = vm,
        Destination = new HostName(TestBedFixture.Destination),
        DestinationUri = $"qemu+tcp://{TestBedFixture.Destination}/system",
        Options = new MigrationOptions(),
        Limits = new MigrationLimits(),
        DataSize = Bytes.FromMebibytes(160),
    };
}
