using Mesh.Hosting.Bus;

namespace Mesh.Simulation.SeededBugs;

/// <summary>A bus that replaces answers.</summary>
/// <param name="bus">The real bus.</param>
/// <param name="rewrite">Maps every answer to the one that is received.</param>
internal sealed class ReplyRewritingBus(IMessageBus bus, Func<object, object> rewrite) : IMessageBus
{
    /// <inheritdoc />
    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => bus.PublishAsync(message, cancellation);

    /// <inheritdoc />
    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => bus.SendAsync(queue, message, cancellation);

    /// <inheritdoc />
    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => bus.SendBestEffortAsync(queue, message, cancellation);

    /// <inheritdoc />
    public async Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class => (TReply)rewrite(await bus.RequestAsync<TRequest, TReply>(queue, request, cancellation));
}
