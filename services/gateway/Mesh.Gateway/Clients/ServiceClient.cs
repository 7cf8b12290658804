using Mesh.Gateway.Configuration;
using Mesh.Gateway.Problems;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Clients;

/// <summary>Sends requests to services over the bus, each with a timeout.</summary>
internal sealed class ServiceClient(IMessageBus bus, IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Sends a request to a service.</summary>
    /// <param name="service">The service's name, for error messages.</param>
    /// <param name="queue">Its queue.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <param name="timeout">How long to wait; null: <see cref="GatewayOptions.AnswerTimeout"/>.</param>
    /// <exception cref="ApiException">The service did not respond in time.</exception>
    public async Task<TReply> RequestAsync<TRequest, TReply>(string service, string queue, TRequest request, CancellationToken cancellation, TimeSpan? timeout = null)
        where TRequest : class
        where TReply : class
    {
        // The bus has its own timeout, but that starts only once the broker has accepted the request.
        var limit = timeout ?? options.Value.AnswerTimeout;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            return await bus.RequestAsync<TRequest, TReply>(queue, request, stop.Token).WaitAsync(limit, time, cancellation);
        }
        catch (BusRequestException e)
        {
            throw new ApiException(ApiProblems.ServiceUnavailable(service, e.Message));
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync();
            throw new ApiException(ApiProblems.ServiceUnavailable(
                service,
                $"no response to {typeof(TRequest).Name} within {limit.TotalSeconds:0.#} s: is the broker reachable, and is the {service} service running?"));
        }
    }
}
