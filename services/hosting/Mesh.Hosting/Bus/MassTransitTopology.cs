using MassTransit;
using MassTransit.Middleware;
using Mesh.Contracts.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Bus;

/// <summary>Turns the registered endpoints into MassTransit's receive endpoints, with JSON as the contracts have it.</summary>
internal static class MassTransitTopology
{
    private const int ParallelMessagesMax = 32;

    public static void Configure(IBusFactoryConfigurator bus, IBusRegistrationContext context, BusOptions options)
    {
        bus.ConfigureJsonSerializerOptions(MeshJson.Apply);
        var serializer = new NamedJsonSerializer(RawSerializerOptions.AddTransportHeaders);
        bus.AddSerializer(serializer);
        bus.AddDeserializer(serializer);
        bus.MessageTopology.SetEntityNameFormatter(new ExchangeNameFormatter(bus.MessageTopology.EntityNameFormatter));

        // The container itself, because MassTransit's own view of it knows no keyed services.
        var provider = context.GetRequiredService<IServiceProvider>();
        var endpoints = context.GetServices<BusEndpoint>().ToList();
        foreach (var queue in endpoints.Where(endpoint => endpoint.Queue is not null).GroupBy(endpoint => endpoint.Queue!))
        {
            var traits = queue.Aggregate(QueueTraits.None, (all, endpoint) => all | endpoint.Traits);
            bus.ReceiveEndpoint(queue.Key, endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                ConfigureQueue(endpoint, traits, options);
                Attach(endpoint, queue, provider);
            });
        }

        foreach (var subscription in endpoints.Where(endpoint => endpoint.Queue is null))
            bus.ReceiveEndpoint(new TemporaryEndpointDefinition("mesh"), endpoint =>
            {
                ConfigureQueue(endpoint, subscription.Traits, options);
                Attach(endpoint, [subscription], provider);
            });
    }

    private static void ConfigureQueue(IReceiveEndpointConfigurator endpoint, QueueTraits traits, BusOptions options)
    {
        endpoint.ConcurrentMessageLimit = traits.HasFlag(QueueTraits.Ordered) ? 1 : ParallelMessagesMax;
        if (traits.HasFlag(QueueTraits.AgentFacing))
            endpoint.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType | RawSerializerOptions.AddTransportHeaders, isDefault: true);
        if (traits.HasFlag(QueueTraits.DropOldest) && endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
            rabbit.SetQueueArgument("x-max-length", options.MaxQueuedReports);
    }

    private static void Attach(IReceiveEndpointConfigurator endpoint, IEnumerable<BusEndpoint> handlers, IServiceProvider provider)
    {
        endpoint.UseMessageRetry(retry =>
        {
            retry.Ignore<BusRequestException>();
            retry.Intervals(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(3));
        });
        endpoint.ConfigureError(error =>
        {
            error.UseFilter(new GenerateFaultFilter());
            error.UseFilter(new RequestErrorFilter());
            error.UseFilter(new ErrorTransportFilter());
        });
        var listener = new MassTransitListener(endpoint);
        foreach (var handler in handlers)
            handler.Attach(listener, provider);
    }
}
