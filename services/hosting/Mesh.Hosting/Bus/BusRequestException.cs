namespace Mesh.Hosting.Bus;

/// <summary>A request over the bus was not answered.</summary>
public sealed class BusRequestException : Exception
{
    /// <summary>A request that was not answered.</summary>
    public BusRequestException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A request that was not answered, for no known reason.</summary>
    public BusRequestException()
    {
    }

    /// <summary>A request that was not answered.</summary>
    public BusRequestException(string message)
        : base(message)
    {
    }
}
