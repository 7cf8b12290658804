namespace Mesh.Hosting.Errors;

/// <summary>
/// The store cannot be used just now, for a reason outside of it: the disk is full, the server does not answer. Nothing was written,
/// and the same may succeed later.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>A store that cannot be used, in words.</summary>
    public StoreUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A store that cannot be used, in words.</summary>
    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>A store that cannot be used, for no known reason.</summary>
    public StoreUnavailableException()
    {
    }
}
