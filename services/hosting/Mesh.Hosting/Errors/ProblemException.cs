namespace Mesh.Hosting.Errors;

/// <summary>A problem that the operator can fix; the message alone says what is wrong, where, and what is accepted.</summary>
public sealed class ProblemException : Exception
{
    /// <summary>A problem with its message.</summary>
    public ProblemException(string message)
        : base(message)
    {
    }

    /// <summary>A problem with its message and cause.</summary>
    public ProblemException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A problem without a message.</summary>
    public ProblemException()
    {
    }
}
