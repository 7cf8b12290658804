namespace Mesh.Agent.Configuration;

/// <summary>An agent's settings; configuration section <c>Agent</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>Where the agent of a libvirt host keeps its state unless told otherwise.</summary>
    public const string DefaultStateDirectory = "/var/lib/mesh/agent";

    /// <summary>The name of the host in the mesh. Required; for a libvirt host the default is the machine's own name.</summary>
    public string Host { get; set; } = "";

    /// <summary>Time between two reports, and between two samples of a migration. 50 ms to 60 s. Default: 1 s.</summary>
    public TimeSpan Tick { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two samples of a migration that is about to end or has switched over. At most <see cref="Tick"/>. Default: 250 ms.</summary>
    public TimeSpan FastTick { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Expected time left from which on <see cref="FastTick"/> counts. Default: 2 s.</summary>
    public TimeSpan FastTickBelow { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest time between two inventories. 1 s to 1 h. Default: 30 s.</summary>
    public TimeSpan InventoryInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Quiet time after a change before an inventory is sent, so that many changes make one. Default: 200 ms.</summary>
    public TimeSpan InventoryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Directory of the agent's durable state; null keeps it in memory only, for simulated hosts. Default for a libvirt host: <see cref="DefaultStateDirectory"/>.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>How many migrations are remembered after their end before the oldest is forgotten. 10 to 10,000. Default: 200.</summary>
    public int RecordsKeptMax { get; set; } = 200;

    /// <summary>How long a call to the hypervisor may take before the agent goes on without its answer. 1 s to 5 min. Default: 10 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many calls may be overdue before no further one is made until some return. 1 to 1,000. Default: 16.</summary>
    public int StuckCallsMax { get; set; } = 16;

    /// <summary>First wait before an abort is tried again that the hypervisor did not act upon; doubles each time. Default: 1 s.</summary>
    public TimeSpan AbortRetryInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait before an abort, a message or a connection is tried again. Default: 30 s.</summary>
    public TimeSpan RetryIntervalMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a job's end its closing numbers are waited for. Default: 1 s.</summary>
    public TimeSpan CompletedStatsWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>For how long a received migration's closing sample is repeated in the reports. Default: 10 s.</summary>
    public TimeSpan IncomingSampleRetention { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Free memory, in MiB, that must be left on the host after a machine has come. 0 or more. Default: 256.</summary>
    public int MemoryMarginMebibytes { get; set; } = 256;

    /// <summary>The hypervisor's libvirt URI. Default: <c>qemu:///system</c>.</summary>
    public string LibvirtUri { get; set; } = "qemu:///system";

    /// <summary>The URI by which another host's libvirt reaches this one; null for <c>qemu+tcp://HOST/system</c>.</summary>
    public string? MigrationTarget { get; set; }

    /// <summary>
    /// The host's labels for placement, by their keys. 64 at most; keys and values of 1 to 253 characters without colons in keys. The key
    /// <c>host</c> is taken: it is every host's own name. Default: none.
    /// </summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What the host's migration link carries in each direction, in MiB/s; null for what <see cref="LinkDevice"/> says. 1 to 1,000,000.</summary>
    public int? LinkMebibytesPerSecond { get; set; }

    /// <summary>
    /// The network device that migrations go over, such as <c>eth1</c>: its speed is the link's where
    /// <see cref="LinkMebibytesPerSecond"/> says nothing. Null for none: then nobody knows what the link carries.
    /// </summary>
    public string? LinkDevice { get; set; }

    /// <summary>
    /// Directories that other hosts reach too, though their file systems do not show it. Absolute paths, the same on every host.
    /// Default: none; NFS and the like are known without it.
    /// </summary>
    public IList<string> SharedPaths { get; set; } = [];

    /// <summary>
    /// Where the host's <c>/run</c>, <c>/proc</c>, <c>/sys</c> and disks are found, for slowing machines down and for what libvirt does
    /// not tell; another directory for an agent in a container that has the host's mounted there. Default: <c>/</c>.
    /// </summary>
    public string HostRoot { get; set; } = "/";

    /// <summary>Time between keepalive probes of the libvirt connection; zero for none. Default: 5 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Unanswered probes after which the connection counts as broken. 1 to 100. Default: 5.</summary>
    public int KeepAliveCount { get; set; } = 5;

    /// <summary><see cref="MigrationTarget"/>, or the default made of <see cref="Host"/>.</summary>
    internal string MigrationTargetUri => MigrationTarget ?? $"qemu+tcp://{Host}/system";

    /// <summary>Whether libvirt's daemon is on the agent's own machine, so that the files that the agent sees are the host's.</summary>
    internal bool IsLibvirtLocal => !Uri.TryCreate(LibvirtUri, UriKind.Absolute, out var uri) || uri.Host.Length == 0;
}
