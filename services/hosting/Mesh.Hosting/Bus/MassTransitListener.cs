using MassTransit;

namespace Mesh.Hosting.Bus;

/// <summary>A receive endpoint of MassTransit as what handlers attach to.</summary>
internal sealed class MassTransitListener(IReceiveEndpointConfigurator endpoint) : IBusListener
{
    public void Handle<T>(Func<T, CancellationToken, Task> handle)
        where T : class => endpoint.Handler<T>(context => handle(context.Message, context.CancellationToken));

    public void Answer<TRequest, TReply>(Func<TRequest, CancellationToken, Task<TReply>> answer)
        where TRequest : class
        where TReply : class =>
        endpoint.Handler<TRequest>(async context => await context.RespondAsync(await answer(context.Message, context.CancellationToken)));
}
