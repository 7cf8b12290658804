using System.Collections.Concurrent;
using Mesh.Hosting.Bus;

namespace Mesh.Gateway.Tests;

/// <summary>A bus with configurable answers that records requests.</summary>
internal sealed class FakeBus : IMessageBus
{
    private readonly ConcurrentDictionary<Type, Func<object, Task<object>>> _answers = new();

    public ConcurrentQueue<(string Queue, object Request)> Requests { get; } = new();

    public void Answer<TRequest, TReply>(Func<TRequest, TReply> answer)
        where TRequest : class
        where TReply : class => AnswerLater<TRequest, TReply>(request => Task.FromResult(answer(request)));

    public void AnswerLater<TRequest, TReply>(Func<TRequest, Task<TReply>> answer)
        where TRequest : class
        where TReply : class => _answers[typeof(TRequest)] = async request => await answer((TRequest)request);

    public async Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class
    {
        Requests.Enqueue((queue, request));
        return _answers.TryGetValue(typeof(TRequest), out var answer)
            ? (TReply)await answer(request)
            : throw new BusRequestException($"no answer to {typeof(TRequest).Name} from '{queue}' within 15 s");
    }

    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => throw new NotSupportedException();

    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => throw new NotSupportedException();

    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => throw new NotSupportedException();
}
