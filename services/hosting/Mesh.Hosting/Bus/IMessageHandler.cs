using System.Text.Json;

namespace Mesh.Hosting.Bus;

/// <summary>Handles messages of one type. A message whose handler throws is retried a few times, then moved to the error queue.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IMessageHandler<in T>
    where T : class
{
    /// <summary>Handles one message; the same message may be delivered again.</summary>
    Task HandleAsync(T message, CancellationToken cancellation);
}

/// <summary>
/// Handles messages of one type as they came, before anything is known of them, so that the handler decides what of an invalid one counts.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
public interface IJsonMessageHandler<T>
    where T : class
{
    /// <summary>Handles one message; the same message may be delivered again.</summary>
    /// <exception cref="MessageRefusedException">It is invalid and goes to the error queue.</exception>
    Task HandleAsync(JsonElement json, CancellationToken cancellation);
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
