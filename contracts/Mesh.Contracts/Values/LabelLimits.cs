namespace Mesh.Contracts.Values;

/// <summary>Bounds of the labels of hosts and VMs.</summary>
public static class LabelLimits
{
    /// <summary>How many labels a host or VM may have.</summary>
    public const int CountMax = 64;

    /// <summary>How long a label's key and value may be, in characters; both have at least one.</summary>
    public const int LengthMax = 253;

    /// <summary>The key of the label that holds each host's own name, which nobody can set.</summary>
    public const string HostKey = "host";
}
