using MassTransit;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Claims;
using Mesh.Hosting.Clocks;
using Mesh.Hosting.Consumers;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting;

/// <summary>Registers the bus and its handlers.</summary>
public static class BusServiceCollectionExtensions
{
    /// <summary>Adds the bus with the settings of section <c>Bus</c>; calling it again changes nothing.</summary>
    public static IServiceCollection AddMeshBus(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(service => service.ServiceType == typeof(IMessageBus)))
            return services;

        services.AddOptions<BusOptions>().Bind(configuration.GetSection("Bus")).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IMessageBus, MassTransitMessageBus>();
        services.AddSingleton<BrokerDoctor>();
        services.AddHostedService<ConsumerMonitor>();
        services.AddMonotonicTime().AddProcessRandom();
        services.AddSingleton<BusGate>();
        services.AddSingleton<BrokerAccess>();
        var options = configuration.GetSection("Bus").Get<BusOptions>() ?? new BusOptions();
        services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            if (options.IsInMemory)
                x.UsingInMemory((context, bus) => MassTransitTopology.Configure(bus, context, options));
            else
                x.UsingRabbitMq((context, bus) =>
                {
                    // Read through the options, whose validation reports an invalid broker.
                    bus.Host(new Uri(context.GetRequiredService<IOptions<BusOptions>>().Value.Broker));
                    MassTransitTopology.Configure(bus, context, options);
                });
        });

        // Its own hosted service would start the bus before the broker has accepted this process.
        services.RemoveMassTransitHostedService();
        services.AddSingleton<MassTransitHostedService>();
        return services.AddHostedService<BusService>();
    }

    /// <summary>Adds a handler of a queue that holds plain JSON of one type.</summary>
    /// <param name="services">The services.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="handler">Its handler.</param>
    /// <param name="ordered">Whether it gets one message at a time, in order.</param>
    /// <param name="dropOldest">Whether a full queue drops its oldest message.</param>
    /// <param name="exclusive">Whether one process alone reads the queue, and a second one waits until it is gone.</param>
    public static IServiceCollection AddQueueHandler<T>(
        this IServiceCollection services, string queue, Func<IServiceProvider, IMessageHandler<T>> handler, bool ordered = false, bool dropOldest = false, bool exclusive = false)
        where T : class =>
        services.AddSingleton<BusEndpoint>(new HandlerEndpoint<T>(
            queue, Traits(ordered, dropOldest) | (exclusive ? QueueTraits.Exclusive : QueueTraits.None), handler));

    /// <summary>Adds a handler of a queue that holds plain JSON of one type, to which messages are passed as they came.</summary>
    public static IServiceCollection AddJsonHandler<T>(
        this IServiceCollection services, string queue, Func<IServiceProvider, IJsonMessageHandler<T>> handler, bool ordered = false, bool dropOldest = false)
        where T : class =>
        services.AddSingleton<BusEndpoint>(new JsonEndpoint<T>(queue, Traits(ordered, dropOldest), handler));

    /// <summary>Adds a handler of every published message of a type; each process has its own subscription.</summary>
    public static IServiceCollection AddSubscriber<T>(this IServiceCollection services, Func<IServiceProvider, IMessageHandler<T>> handler)
        where T : class =>
        services.AddSingleton<BusEndpoint>(new HandlerEndpoint<T>(null, QueueTraits.Ordered, handler));

    /// <summary>Adds a handler of requests at a queue, which handlers of other requests may share.</summary>
    public static IServiceCollection AddRequestHandler<TRequest, TReply>(
        this IServiceCollection services, string queue, Func<IServiceProvider, IRequestHandler<TRequest, TReply>> handler)
        where TRequest : class
        where TReply : class =>
        services.AddSingleton<BusEndpoint>(new RequestEndpoint<TRequest, TReply>(queue, handler));

    /// <summary>Registers handler classes as singletons; each answers every request at the queue for which it implements <see cref="IRequestHandler{TRequest, TReply}"/>.</summary>
    public static IServiceCollection AddRequestHandlers(this IServiceCollection services, string queue, params IReadOnlyList<Type> handlers)
    {
        ArgumentNullException.ThrowIfNull(handlers);
        foreach (var handler in handlers)
        {
            services.TryAddSingleton(handler);
            foreach (var request in RequestInterfaces(handler))
                services.AddSingleton((BusEndpoint)Activator.CreateInstance(typeof(RequestEndpoint<,>).MakeGenericType(request.GetGenericArguments()), queue, handler)!);
        }

        return services;
    }

    private static QueueTraits Traits(bool ordered, bool dropOldest) =>
        QueueTraits.AgentFacing | (ordered ? QueueTraits.Ordered : QueueTraits.None) | (dropOldest ? QueueTraits.DropOldest : QueueTraits.None);

    private static Type[] RequestInterfaces(Type handler) =>
        handler.GetInterfaces().Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRequestHandler<,>))
            .OrderBy(type => type.GetGenericArguments()[0].FullName, StringComparer.Ordinal).ToArray() is { Length: > 0 } found
            ? found
            : throw new ArgumentException($"{handler.Name} handles no requests", nameof(handler));
}
