using Mesh.Hosting.Bus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Tests.Bus;

public sealed class When_the_bus_is_configured
{
    [Fact]
    public void Everything_has_a_default()
    {
        var options = new BusOptions();

        options.Broker.ShouldBe("in-memory");
        options.RequestTimeout.ShouldBe(TimeSpan.FromSeconds(15));

        // The AsyncAPI document states this number for authors of agents.
        options.MaxQueuedReports.ShouldBe(10_000);
    }

    [Theory]
    [InlineData("rabbit", "broker 'rabbit' is neither 'in-memory' nor of the form amqp://user:password@host:port/vhost")]
    [InlineData("http://broker", "broker 'http://broker' is neither 'in-memory' nor of the form amqp://user:password@host:port/vhost")]
    [InlineData("", "Broker field is required")]
    public async Task An_invalid_broker_is_rejected_with_what_is_accepted(string broker, string error)
    {
        using var host = BusHost.Build(_ => { }, ("Bus:Broker", broker));

        var refusal = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        refusal.Message.ShouldContain(error);
        MeshProgram.Describe(refusal).ShouldNotBeNull().ShouldContain(error);
    }

    [Theory]
    [InlineData("Bus:RequestTimeout", "00:00:00", "the request timeout must be more than zero")]
    [InlineData("Bus:MaxQueuedReports", "0", "MaxQueuedReports must be between 1 and")]
    public async Task An_invalid_setting_is_rejected_before_anything_starts(string key, string value, string error)
    {
        using var host = BusHost.Build(_ => { }, (key, value));

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain(error);
    }

    [Fact]
    public void Adding_it_again_changes_nothing()
    {
        var services = new ServiceCollection();
        var configuration = new ConfigurationBuilder().Build();
        services.AddMeshBus(configuration);
        var count = services.Count;

        services.AddMeshBus(configuration);

        services.Count.ShouldBe(count);
    }
}
