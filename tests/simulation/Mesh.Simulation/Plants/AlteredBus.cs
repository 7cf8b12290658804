using Mesh.Hosting.Bus;

namespace Mesh.Simulation.Plants;

/// <summary>A way to the broker on which answers are altered.</summary>
/// <param name="bus">The way as it should be.</param>
/// <param name="alter">Is given every answer, and says what arrives instead.</param>
internal sealed class AlteredBus(IMessageBus bus, Func<object, object> alter) : IMessageBus
{
    /// <inheritdoc />
    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => bus.PublishAsync(message, cancellation);

    /// <inheritdoc />
    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => bus.SendAsync(queue, message, cancellation);

    /// <inheritdoc />
    public Task OfferAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => bus.OfferAsync(queue, message, cancellation);

    /// <inheritdoc />
    public async Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class => (TReply)alter(await bus.RequestAsync<TRequest, TReply>(queue, request, cancellation));
}
