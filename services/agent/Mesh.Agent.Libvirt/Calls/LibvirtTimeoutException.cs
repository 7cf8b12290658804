namespace Mesh.Agent.Libvirt;

/// <summary>A call did not return within its limit.</summary>
public sealed class LibvirtTimeoutException : TimeoutException
{
    internal LibvirtTimeoutException(string call, TimeSpan limit, bool wasStarted)
        : base(wasStarted
            ? $"{call} did not return within {limit.TotalSeconds:0.###} s; it may still take effect."
            : $"{call} was not started: its turn did not come within {limit.TotalSeconds:0.###} s.")
    {
        Call = call;
        Limit = limit;
        WasStarted = wasStarted;
    }

    /// <summary>The name of the call.</summary>
    public string Call { get; }

    /// <summary>The limit that passed.</summary>
    public TimeSpan Limit { get; }

    /// <summary>
    /// Whether libvirt was called at all. If so it may still take effect: a native call cannot be interrupted, and goes on.
    /// </summary>
    public bool WasStarted { get; }
}
