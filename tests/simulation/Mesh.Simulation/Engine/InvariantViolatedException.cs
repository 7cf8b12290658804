namespace Mesh.Simulation.Engine;

/// <summary>A run violated an invariant.</summary>
internal sealed class InvariantViolatedException : Exception
{
    /// <summary>A violation.</summary>
    /// <param name="invariant">The violated invariant.</param>
    /// <param name="message">What was observed instead.</param>
    public InvariantViolatedException(string invariant, string message)
        : base(message) => Invariant = invariant;

    /// <summary>A violation without a description.</summary>
    public InvariantViolatedException()
    {
    }

    /// <summary>A violation.</summary>
    public InvariantViolatedException(string message)
        : base(message)
    {
    }

    /// <summary>A violation with its cause.</summary>
    public InvariantViolatedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The violated invariant.</summary>
    public string Invariant { get; } = "";
}
