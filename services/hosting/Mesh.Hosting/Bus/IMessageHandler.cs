namespace Mesh.Hosting.Bus;

/// <summary>Handles messages of one type. A message whose handler throws is retried a few times, then moved to the error queue.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IMessageHandler<in T>
    where T : class
{
    /// <summary>Handles one message; the same message may be delivered again.</summary>
    Task HandleAsync(T message, CancellationToken cancellation);
}

/// <summary>Answers requests of one type.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TReply">Its answer.</typeparam>
public interface IRequestHandler<in TRequest, TReply>
    where TRequest : class
    where TReply : class
{
    /// <summary>Answers one request.</summary>
    Task<TReply> AnswerAsync(TRequest request, CancellationToken cancellation);
}
