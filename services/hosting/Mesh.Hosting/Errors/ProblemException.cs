namespace Mesh.Hosting.Errors;

/// <summary>Something is wrong that whoever called can mend; the message alone tells what, where, and what is accepted.</summary>
public sealed class ProblemException : Exception
{
    /// <summary>A problem in words.</summary>
    public ProblemException(string message)
        : base(message)
    {
    }

    /// <summary>A problem in words, with its cause.</summary>
    public ProblemException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A problem that nobody described.</summary>
    public ProblemException()
    {
    }
}
