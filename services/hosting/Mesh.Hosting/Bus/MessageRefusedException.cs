namespace Mesh.Hosting.Bus;

/// <summary>A received message is invalid: it goes to the error queue with this reason, at once and without an entry in the log.</summary>
public sealed class MessageRefusedException : Exception
{
    /// <summary>An invalid message.</summary>
    /// <param name="message">Who sent it, which field is wrong, and why.</param>
    public MessageRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>An invalid message.</summary>
    public MessageRefusedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>An invalid message, for no known reason.</summary>
    public MessageRefusedException()
    {
    }
}
