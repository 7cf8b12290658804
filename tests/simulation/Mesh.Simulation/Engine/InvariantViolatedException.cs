namespace Mesh.Simulation.Engine;

/// <summary>A run in which something was so that must never be so.</summary>
internal sealed class InvariantViolatedException : Exception
{
    /// <summary>A failure.</summary>
    /// <param name="invariant">What must always hold.</param>
    /// <param name="message">What was so instead.</param>
    public InvariantViolatedException(string invariant, string message)
        : base(message) => Invariant = invariant;

    /// <summary>A failure that nobody described.</summary>
    public InvariantViolatedException()
    {
    }

    /// <summary>A failure.</summary>
    public InvariantViolatedException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with its cause.</summary>
    public InvariantViolatedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What must always hold.</summary>
    public string Invariant { get; } = "";
}
