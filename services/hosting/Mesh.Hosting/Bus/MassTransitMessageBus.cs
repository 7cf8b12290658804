using MassTransit;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Bus;

internal sealed class MassTransitMessageBus(IBusControl bus, IOptions<BusOptions> options, BusGate gate) : IMessageBus
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => WithTimeoutAsync(() => bus.Publish<T>(message, cancellation), typeof(T).Name, cancellation);

    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => WithTimeoutAsync(() => SendToAsync(new Uri($"queue:{queue}"), message, cancellation), $"{typeof(T).Name} to '{queue}'", cancellation);

    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => WithTimeoutAsync(() => SendToAsync(new Uri($"exchange:{queue}"), message, cancellation), $"{typeof(T).Name} to '{queue}'", cancellation);

    public async Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class
    {
        if (!await WaitForReplyEndpointAsync(cancellation))
            throw new BusRequestException($"{typeof(TRequest).Name} could not be sent to '{queue}': there has been no connection to the broker for {options.Value.RequestTimeout.TotalSeconds:0.#} s");
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

    /// <summary>
    /// Waits until answers can be received, up to the request timeout. After a broker restart requests arrive before the queue of their
    /// answers exists again, and an answer sent before that is lost. Uses the system clock, like every wait of the bus.
    /// </summary>
    private async Task<bool> WaitForReplyEndpointAsync(CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        try
        {
            await gate.WaitAsync(options.Value.RequestTimeout, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }

        while (bus.CheckHealth().Endpoints.TryGetValue(bus.Address.ToString(), out var replyEndpoint) && replyEndpoint.Status != BusHealthStatus.Healthy)
        {
            if (TimeProvider.System.GetElapsedTime(begun) > options.Value.RequestTimeout)
                return false;
            await Task.Delay(PollInterval, TimeProvider.System, cancellation);
        }

        return true;
    }

    // A message in flight when the broker dies may never be confirmed: seen with RabbitMQ killed. A sender of one message after the other
    // would wait for ever, so the wait times out; the message may arrive all the same, and a repetition is handled once.
    private async Task WithTimeoutAsync(Func<Task> send, string what, CancellationToken cancellation)
    {
        try
        {
            await gate.WaitAsync(options.Value.SendTimeout, cancellation);
            await send().WaitAsync(options.Value.SendTimeout, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"the broker has not confirmed {what} within {options.Value.SendTimeout.TotalSeconds:0.#} s", e);
        }
    }

    // The type argument, not the runtime type, names the message: derived records travel as their base, with a discriminator.
    private async Task SendToAsync<T>(Uri address, T message, CancellationToken cancellation)
        where T : class
    {
        var endpoint = await bus.GetSendEndpoint(address);
        await endpoint.Send<T>(message, cancellation);
    }
}
