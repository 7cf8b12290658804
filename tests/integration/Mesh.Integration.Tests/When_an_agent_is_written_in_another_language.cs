using System.Text;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using RabbitMQ.Client;

namespace Mesh.Integration.Tests;

/// <summary>Plain JSON on the named exchange, as <c>infra/docs/asyncapi.yaml</c> describes it, with nothing specific to MassTransit.</summary>
public sealed class When_an_agent_is_written_in_another_language(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;

    private const string Inventory =
        """
        {
          "host": "foreign", "agentEpoch": 1, "sequence": 1, "at": "2026-01-01T12:00:00Z",
          "capacity": { "architecture": "x86_64", "cpuModel": "", "logicalCpus": 8, "memory": 17179869184, "freeMemory": 8589934592 },
          "hypervisor": { "hostUuid": "f0000000-0000-4000-8000-000000000001", "kind": "QEMU", "version": "10.0.2", "libvirtVersion": "9.0.0" },
          "migrationTarget": "qemu+tcp://foreign/system",
          "vms": [],
          "somethingNewer": { "than": "this mesh" }
        }
        """;

    [Fact]
    public async Task Should_be_known_to_the_mesh()
    {
        await PublishAsync("mesh.host-inventories", Inventory);
        await Eventually.HoldsAsync(
            async () => (await _mesh.RunAsync("hosts")).Output.Contains("foreign", StringComparison.Ordinal), "the mesh knows the foreign host");
    }

    [Fact]
    public async Task Should_not_stop_others_with_messages_that_cannot_be_read()
    {
        await PublishAsync("mesh.host-inventories", "this is not JSON");
        await PublishAsync("mesh.host-reports", """{"host": 7}""");
        await _mesh.StartGuestAsync("hosta", "unimpressed", "WS=16");
        try
        {
            (await _mesh.MigrateAsync("unimpressed", "hostb")).ExitCode.ShouldBe(0, _mesh.CollectOutput());
            await _mesh.Bed.VerifyGuestAsync("hostb", "unimpressed");
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("unimpressed");
        }
    }

    private async Task PublishAsync(string exchange, string json)
    {
        var factory = new ConnectionFactory { Uri = new Uri(_mesh.BrokerUrl) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync(exchange, "", Encoding.UTF8.GetBytes(json));
    }
}
