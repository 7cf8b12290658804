using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Bus;

/// <summary>A process's connection to the broker.</summary>
internal sealed class SimulatedBus(Broker broker, SimulatedProcess network, SimulatedProcess process, BusLink link, NetworkConditions conditions, Action<BrokerMessage> sending) : IMessageBus
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(20);

    /// <inheritdoc />
    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => TransmitAsync(new BrokerMessage(process.Name, SendMode.Publish, null, typeof(T), message), cancellation);

    /// <inheritdoc />
    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => TransmitAsync(new BrokerMessage(process.Name, SendMode.Send, queue, typeof(T), message), cancellation);

    /// <inheritdoc />
    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => TransmitAsync(new BrokerMessage(process.Name, SendMode.Offer, queue, typeof(T), message), cancellation);

    /// <inheritdoc />
    public async Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class
    {
        var answer = new TaskCompletionSource<TReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timeout = process.Clock.CreateTimer(
            _ => answer.TrySetException(new BusRequestException($"no answer to {typeof(TRequest).Name} within {RequestTimeout.TotalSeconds:0} s")),
            null, RequestTimeout, Timeout.InfiniteTimeSpan);
        var message = new BrokerMessage(process.Name, SendMode.Request, queue, typeof(TRequest), request)
        {
            ExpiresTicks = network.EventLoop.Ticks + RequestTimeout.Ticks,
            Reply = (json, fault) => network.Post(() => process.Post(() => ReceiveReply(answer, json, fault)), conditions.Latency()),
        };
        try
        {
            await TransmitAsync(message, cancellation);
        }
        catch (IOException e)
        {
            throw new BusRequestException($"{typeof(TRequest).Name} could not be sent: {e.Message}", e);
        }

        return await answer.Task;
    }

    private void ReceiveReply<TReply>(TaskCompletionSource<TReply> answer, byte[]? json, string? fault)
        where TReply : class
    {
        if (link.IsCut)
            return;
        if (json is null)
            answer.TrySetException(new BusRequestException($"the request failed: {fault}"));
        else
            answer.TrySetResult(JsonSerializer.Deserialize<TReply>(json, MeshJson.Options)!);
    }

    private async Task TransmitAsync(BrokerMessage message, CancellationToken cancellation)
    {
        network.EventLoop.CheckThread(process.Name);
        sending(message);
        cancellation.ThrowIfCancellationRequested();
        var accepted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancelled = cancellation.UnsafeRegister((_, token) => accepted.TrySetCanceled(token), null);
        network.Post(() => ReachBroker(message, accepted, network.EventLoop.Ticks + SendTimeout.Ticks), conditions.LatencyOf(message));
        await accepted.Task;
    }

    private void ReachBroker(BrokerMessage message, TaskCompletionSource accepted, long untilTicks)
    {
        if (link.IsCut || broker.IsDown)
        {
            // A client may wait for the broker to come back, or fail early.
            if (network.EventLoop.Ticks > untilTicks || process.IsDead || conditions.NextBool(0.3))
                Fail(accepted, "the broker cannot be reached");
            else
                network.Post(() => ReachBroker(message, accepted, untilTicks), conditions.NextDelay(TimeSpan.FromSeconds(3)));
            return;
        }

        if (conditions.LosesConfirmation())
        {
            // A message in transit when its connection breaks may still reach the broker, possibly late.
            if (conditions.NextBool())
                network.Post(() => broker.Accept(message), conditions.NextBool() ? TimeSpan.Zero : conditions.InFlightDelay());
            Fail(accepted, "the connection to the broker was lost");
            return;
        }

        broker.Accept(message);
        network.Post(() => process.Post(() => accepted.TrySetResult()), conditions.Latency());
    }

    private void Fail(TaskCompletionSource accepted, string why) =>
        network.Post(() => process.Post(() => accepted.TrySetException(new IOException(why))), conditions.Latency());
}
