namespace Mesh.Simulation.Running;

/// <summary>A run in which something was so that must never be so.</summary>
internal sealed class RunFailedException : Exception
{
    /// <summary>A failure.</summary>
    /// <param name="invariant">What must always hold.</param>
    /// <param name="message">What was so instead.</param>
    public RunFailedException(string invariant, string message)
        : base(message) => Invariant = invariant;

    /// <summary>A failure that nobody described.</summary>
    public RunFailedException()
    {
    }

    /// <summary>A failure.</summary>
    public RunFailedException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with its cause.</summary>
    public RunFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What must always hold.</summary>
    public string Invariant { get; } = "";
}
