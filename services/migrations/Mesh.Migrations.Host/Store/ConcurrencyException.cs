namespace Mesh.Migrations.Host.Store;

/// <summary>Somebody else changed the same flight, or began another for the same machine, at the same moment.</summary>
internal sealed class ConcurrencyException : Exception
{
    public ConcurrencyException(string message)
        : base(message)
    {
    }

    public ConcurrencyException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public ConcurrencyException()
    {
    }
}
