using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Rescue;
using MassTransit.Transports;
using Mesh.Contracts.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Bus;

/// <summary>Configures MassTransit's receive endpoints for the registered handlers, with the contracts' JSON.</summary>
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

        // The container itself: MassTransit's view of it has no keyed services.
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
        if (traits.HasFlag(QueueTraits.Exclusive) && endpoint is IRabbitMqReceiveEndpointConfigurator exclusive)
            exclusive.ExclusiveConsumer = true;
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

/// <summary>A receive endpoint of MassTransit.</summary>
internal sealed class MassTransitListener(IReceiveEndpointConfigurator endpoint) : IBusListener
{
    public void Handle<T>(Func<T, CancellationToken, Task> handle)
        where T : class => endpoint.Handler<T>(context => handle(context.Message, context.CancellationToken));

    public void HandleJson<T>(Func<JsonElement, CancellationToken, Task> handle)
        where T : class => endpoint.Handler<ReceivedJson>(async context =>
        {
            try
            {
                await handle(context.Message.Json, context.CancellationToken);
            }
            catch (MessageRefusedException e)
            {
                // Thrown on, it would be logged for every message with a stack, and retried.
                if (!context.ReceiveContext.TryGetPayload(out IErrorTransport? errors))
                    throw;
                await errors.Send(new RescueExceptionReceiveContext(context.ReceiveContext, e));
            }
        });

    public void Answer<TRequest, TReply>(Func<TRequest, CancellationToken, Task<TReply>> answer)
        where TRequest : class
        where TReply : class =>
        endpoint.Handler<TRequest>(async context => await context.RespondAsync(await answer(context.Message, context.CancellationToken)));
}

/// <summary>A message as it came.</summary>
/// <param name="Json">Its JSON.</param>
[JsonConverter(typeof(ReceivedJsonConverter))]
public sealed record ReceivedJson(JsonElement Json);

/// <summary>Reads a message without knowing its type.</summary>
internal sealed class ReceivedJsonConverter : JsonConverter<ReceivedJson>
{
    public override ReceivedJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, ReceivedJson value, JsonSerializerOptions options) => value.Json.WriteTo(writer);
}

/// <summary>
/// Keeps messages out of the error queue that failed only because another service did not answer. The sender has received the failure by
/// then and asks again; the message is valid, and a retry would take longer than its sender waits.
/// </summary>
internal sealed class RequestErrorFilter : IFilter<ExceptionReceiveContext>
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next) =>
        context.Exception is BusRequestException ? Task.CompletedTask : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("unanswered");
}
