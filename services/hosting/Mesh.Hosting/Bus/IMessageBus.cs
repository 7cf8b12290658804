namespace Mesh.Hosting.Bus;

/// <summary>
/// The bus between services and agents, as the rest of the mesh sees it. It is implemented by MassTransit with RabbitMQ or its in-memory
/// transport; messages are plain JSON (<see cref="Contracts.Serialization.MeshJson"/>).
/// </summary>
public interface IMessageBus
{
    /// <summary>Publishes a message to all subscribers of <typeparamref name="T"/>; returns once the broker has confirmed it.</summary>
    Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class;

    /// <summary>Sends a message to a queue, which is created if it does not exist; returns once the broker has confirmed it.</summary>
    Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class;

    /// <summary>Sends a message that has no value later: it is dropped if no queue is bound to the exchange.</summary>
    Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class;

    /// <summary>Sends a request to a queue and waits for the answer.</summary>
    /// <exception cref="BusRequestException">No answer in time, or the handler failed.</exception>
    Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class;
}
