using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Bus;

/// <summary>An agent in another language sends bare JSON: no envelope, no headers, possibly an unknown content type.</summary>
public sealed class When_an_external_agent_sends_messages
{
    private const string Report =
        """
        { "host": "host-a", "agentEpoch": 1767268800000, "sequence": 7, "at": "2026-01-01T12:00:00+00:00", "hypervisorReachable": true,
          "vms": [ { "id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "name": "web-1", "status": "migratingFrom", "detail": "running" } ],
          "migrations": [], "addedInALaterVersion": { "deep": [1, 2] } }
        """;

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    public async Task Its_report_is_received(string contentType)
    {
        var mesh = new Recorder<HostReport>();
        await using var host = await BusHost.StartAsync(services => services.AddQueueHandler<HostReport>(AgentQueues.HostReports, _ => mesh, dropOldest: true));

        await SendBytesAsync(host, AgentQueues.HostReports, Report, contentType);

        var report = await mesh.NextAsync();
        report.Sequence.ShouldBe(7);
        report.Vms.Single().Status.ShouldBe(Contracts.Vms.VmStatus.MigratingFrom);
    }

    [Fact]
    public async Task Its_event_is_received_with_its_derived_type_wherever_the_discriminator_is()
    {
        var mesh = new Recorder<AgentEvent>();
        await using var host = await BusHost.StartAsync(services => services.AddQueueHandler<AgentEvent>(AgentQueues.AgentEvents, _ => mesh));

        await SendBytesAsync(host, AgentQueues.AgentEvents,
            """
            { "host": "host-a", "migrationId": "m1", "epoch": 1, "vmId": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
              "at": "2026-01-01T12:00:00Z", "stalledFor": 5000, "event": "jobStalled" }
            """, "application/json");

        (await mesh.NextAsync()).ShouldBeOfType<JobStalled>().StalledFor.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("this is not JSON")]
    [InlineData("""{ "host": "host-a" }""")]
    [InlineData("""[ 1, 2 ]""")]
    public async Task An_unreadable_message_is_set_aside_and_the_next_one_is_received(string unreadable)
    {
        var mesh = new Recorder<HostReport>();
        await using var host = await BusHost.StartAsync(services => services.AddQueueHandler<HostReport>(AgentQueues.HostReports, _ => mesh, ordered: true));

        await SendBytesAsync(host, AgentQueues.HostReports, unreadable, "application/json");
        await SendBytesAsync(host, AgentQueues.HostReports, Report, "application/json");

        (await mesh.NextAsync()).Sequence.ShouldBe(7);
        mesh.WaitingCount.ShouldBe(0);
    }

    private static async Task SendBytesAsync(BusHost host, string queue, string json, string contentType)
    {
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{queue}"));
        await endpoint.Send(new PlainMessage(), context => context.Serializer = new CopyBodySerializer(new ContentType(contentType), new StringMessageBody(json)));
    }

    private sealed record PlainMessage;
}
