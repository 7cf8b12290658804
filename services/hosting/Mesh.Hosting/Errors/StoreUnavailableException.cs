namespace Mesh.Hosting.Errors;

/// <summary>
/// The store is unavailable for a reason outside of it: the disk is full, the server does not answer. Nothing was written, and a retry may
/// succeed.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>An unavailable store, with the reason.</summary>
    public StoreUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>An unavailable store, with the reason.</summary>
    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>An unavailable store, for an unknown reason.</summary>
    public StoreUnavailableException()
    {
    }
}
