using MassTransit;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Bus;

/// <summary>The bus over MassTransit.</summary>
internal sealed class MassTransitMessageBus(IBus bus, IOptions<BusOptions> options) : IMessageBus
{
    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => bus.Publish<T>(message, cancellation);

    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => SendToAsync(new Uri($"queue:{queue}"), message, cancellation);

    public Task OfferAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => SendToAsync(new Uri($"exchange:{queue}"), message, cancellation);

    public async Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class
    {
        var client = bus.CreateRequestClient<TRequest>(new Uri($"queue:{queue}"), RequestTimeout.After(ms: (int)options.Value.RequestTimeout.TotalMilliseconds));
        try
        {
            return (await client.GetResponse<TReply>(request, cancellation)).Message;
        }
        catch (RequestTimeoutException e)
        {
            throw new BusRequestException($"no answer to {typeof(TRequest).Name} from '{queue}' within {options.Value.RequestTimeout.TotalSeconds:0.#} s", e);
        }
        catch (RequestFaultException e)
        {
            var cause = e.Fault?.Exceptions?.FirstOrDefault()?.Message ?? e.Message;
            throw new BusRequestException($"{typeof(TRequest).Name} failed at '{queue}': {cause}", e);
        }
    }

    // The type argument, not the object's own type, names the message: derived records travel as their base, with a discriminator.
    private async Task SendToAsync<T>(Uri address, T message, CancellationToken cancellation)
        where T : class
    {
        var endpoint = await bus.GetSendEndpoint(address);
        await endpoint.Send<T>(message, cancellation);
    }
}
