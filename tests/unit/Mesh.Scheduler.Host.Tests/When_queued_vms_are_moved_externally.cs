using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_queued_vms_are_moved_externally : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync() =>
        _mesh = await TestMesh.StartAsync(["g1", "g2"], ("Scheduling:ClusterMax", "1"), ("Scheduling:PreparingPerHost", "0"));

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_take_a_slot_on_the_current_host()
    {
        await _mesh.QueueAsync("g1", "g2");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        (await SourceAsync()).ShouldBe(new HostName("hosta"));

        await _mesh.SendInventoryAsync(TestMessages.Inventory("hosta", vms: TestMessages.Vm("g1")));
        await _mesh.SendInventoryAsync(TestMessages.Inventory("hostc", vms: TestMessages.Vm("g2")));
        (await SourceAsync()).ShouldBe(new HostName("hostc"));

        await _mesh.EndAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2");
        _mesh.Broker.Sent.OfType<AdmitMigration>().Last(admission => admission.Id.Value == "g2").Source.ShouldBe(new HostName("hostc"));
    }

    private async Task<HostName?> SourceAsync() =>
        (await _mesh.AskAsync<ExportFleet, Fleet>(new ExportFleet())).Migrations.Single(migration => migration.Id.Value == "g2").Source;
}
