namespace Mesh.Agent.Libvirt;

/// <summary>A call did not return within its limit.</summary>
public sealed class LibvirtTimeoutException : TimeoutException
{
    internal LibvirtTimeoutException(string call, TimeSpan limit, bool wasStarted)
        : base(wasStarted
            ? $"{call} did not return within {limit.TotalSeconds:0.###} s; it may still take effect."
            : $"{call} was not started: no free slot within {limit.TotalSeconds:0.###} s.")
    {
        Call = call;
        Limit = limit;
        WasStarted = wasStarted;
    }

    /// <summary>The name of the call.</summary>
    public string Call { get; }

    /// <summary>The limit that was exceeded.</summary>
    public TimeSpan Limit { get; }

    /// <summary>
    /// Whether libvirt was called at all. If so it may still take effect: a native call cannot be interrupted.
    /// </summary>
    public bool WasStarted { get; }
}

/// <summary>A call was not started, because too many earlier ones have not returned.</summary>
public sealed class LibvirtOverloadException : InvalidOperationException
{
    internal LibvirtOverloadException(string call, string state, IReadOnlyList<string> unreturned)
        : base($"{call} was not started: {unreturned.Count} calls {state} ({Names(unreturned)}).")
    {
        Call = call;
        PendingCalls = unreturned;
    }

    /// <summary>The name of the call that was not started.</summary>
    public string Call { get; }

    /// <summary>The names of the calls that have not returned.</summary>
    public IReadOnlyList<string> PendingCalls { get; }

    private static string Names(IEnumerable<string> calls) => string.Join(", ", calls.Distinct(StringComparer.Ordinal));
}
