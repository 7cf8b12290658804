namespace Mesh.Agent.Libvirt;

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
