using Mesh.Gateway.Api;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway;

/// <summary>Requests to services over the bus, each bounded in time.</summary>
internal sealed class ServiceClient(IMessageBus bus, IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Asks a service.</summary>
    /// <param name="service">The service's name, for messages.</param>
    /// <param name="queue">Its queue.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="timeout">How long to wait; null for as long as the settings say.</param>
    /// <exception cref="ApiException">No answer came in time.</exception>
    public async Task<TReply> RequestAsync<TRequest, TReply>(string service, string queue, TRequest request, CancellationToken cancellation, TimeSpan? timeout = null)
        where TRequest : class
        where TReply : class
    {
        // The bus has a time limit of its own, but it begins only once the broker has taken the request.
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
                $"no answer to {typeof(TRequest).Name} within {limit.TotalSeconds:0.#} s: is the broker reachable, and the {service} service up?"));
        }
    }
}
