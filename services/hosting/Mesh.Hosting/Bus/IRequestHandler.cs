namespace Mesh.Hosting.Bus;

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
