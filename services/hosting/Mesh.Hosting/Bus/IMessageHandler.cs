namespace Mesh.Hosting.Bus;

/// <summary>Takes messages of one type. A message whose handling throws is tried again a few times, then set aside in the error queue.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IMessageHandler<in T>
    where T : class
{
    /// <summary>Takes one message; may be given the same one again.</summary>
    Task HandleAsync(T message, CancellationToken cancellation);
}
