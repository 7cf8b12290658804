namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>How an agent reaches libvirt and its host; bound from the configuration section <c>Agent</c>, as the agent's own settings are.</summary>
public sealed class LibvirtOptions
{
    /// <summary>The hypervisor's libvirt URI. Default: <c>qemu:///system</c>.</summary>
    public string LibvirtUri { get; set; } = "qemu:///system";

    /// <summary>Timeout of a libvirt call, after which the agent continues without its result. 1 s to 5 min. Default: 10 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a VM's QEMU may take to answer before the VM is described as not responding. 1 s to 1 min. Default: 3 s.</summary>
    public TimeSpan VmResponseTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Overdue calls after which no further call is made until some return. 1 to 1,000. Default: 16.</summary>
    public int StuckCallsMax { get; set; } = 16;

    /// <summary>Interval between keepalive probes of the libvirt connection; zero disables them. At most 10 min. Default: 5 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Unanswered probes after which the connection is considered broken. 1 to 100. Default: 5.</summary>
    public int KeepAliveCount { get; set; } = 5;

    /// <summary>
    /// The network device that carries migrations, such as <c>eth1</c>. Its speed is the link's unless <c>LinkMebibytesPerSecond</c> is
    /// set. Default: none, and the link's speed is unknown.
    /// </summary>
    public string? LinkDevice { get; set; }

    /// <summary>
    /// Directories that other hosts can reach although their file systems are not recognized as shared. Absolute paths, the same on every
    /// host. Default: none; NFS and other network file systems are recognized.
    /// </summary>
    public IList<string> SharedPaths { get; set; } = [];

    /// <summary>
    /// Where the host's <c>/run</c>, <c>/proc</c>, <c>/sys</c> and disks are found, for vCPU throttling and for facts that libvirt does not
    /// report. Set it for an agent in a container that has the host's root mounted elsewhere. Default: <c>/</c>.
    /// </summary>
    public string HostRoot { get; set; } = "/";

    /// <summary>Whether the daemon runs on the agent's machine, so that the files that the agent sees are the host's.</summary>
    internal bool IsLibvirtLocal => !Uri.TryCreate(LibvirtUri, UriKind.Absolute, out var uri) || uri.Host.Length == 0;

    /// <summary>Everything that is wrong with the settings; <see cref="CallTimeout"/> and <see cref="VmResponseTimeout"/> are checked with the agent's own.</summary>
    internal IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(LibvirtUri))
            yield return "Agent:LibvirtUri is empty; the default is qemu:///system";
        if (StuckCallsMax is < 1 or > 1_000)
            yield return $"Agent:StuckCallsMax must be 1 to 1000, not {StuckCallsMax}";
        if (KeepAliveInterval < TimeSpan.Zero || KeepAliveInterval > TimeSpan.FromMinutes(10))
            yield return $"Agent:KeepAliveInterval must be 0 to 600 s, not {KeepAliveInterval.TotalSeconds:0.###} s";
        if (KeepAliveCount is < 1 or > 100)
            yield return $"Agent:KeepAliveCount must be 1 to 100, not {KeepAliveCount}";
        if (!Path.IsPathRooted(HostRoot))
            yield return $"Agent:HostRoot must be an absolute path such as /, not '{HostRoot}'";
        if (LinkDevice is { } device && (device.Length is 0 or > 15 || device is "." or ".." || device.Any(character => character == '/' || char.IsWhiteSpace(character))))
            yield return $"Agent:LinkDevice must be the name of a network device such as eth1, not '{device}'";
        foreach (var path in SharedPaths.Where(path => !Path.IsPathRooted(path) || path.Length < 2))
            yield return $"Agent:SharedPaths must be absolute paths of directories such as /var/lib/libvirt/shared, not '{path}'";
    }
}
