namespace Mesh.Hosting.Bus;

/// <summary>
/// How services and agents speak: the only face of the bus that the rest of the mesh sees. Behind it stands MassTransit with
/// RabbitMQ or its in-memory transport; messages are plain JSON (<see cref="Contracts.Serialization.MeshJson"/>).
/// </summary>
public interface IMessageBus
{
    /// <summary>Tells everyone who subscribed to <typeparamref name="T"/>; returns once the broker has taken it.</summary>
    Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class;

    /// <summary>Puts a message into a queue, which is made if it is not there; returns once the broker has taken it.</summary>
    Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class;

    /// <summary>Offers a message that is worth nothing later: it is dropped where nobody listens to the queue's exchange.</summary>
    Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class;

    /// <summary>Asks whoever answers at a queue.</summary>
    /// <exception cref="BusRequestException">No answer came in time, or the answerer failed.</exception>
    Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class;
}
