using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Configuration;

/// <summary>An agent's settings; configuration section <c>Agent</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>Default state directory of the agent of a libvirt host.</summary>
    public const string DefaultStateDirectory = "/var/lib/mesh/agent";

    /// <summary>The host's name in the mesh. Default for a libvirt host: the machine name.</summary>
    public string Host { get; set; } = "";

    /// <summary>Interval between reports, and between samples of a migration. 50 ms to 60 s. Default: 1 s.</summary>
    public TimeSpan Tick { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Interval between samples of a migration that is about to end or has switched over. At most <see cref="Tick"/>. Default: 250 ms.</summary>
    public TimeSpan FastTick { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Expected remaining time below which <see cref="FastTick"/> applies. Default: 2 s.</summary>
    public TimeSpan FastTickBelow { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest interval between inventories. 1 s to 1 h. Default: 30 s.</summary>
    public TimeSpan InventoryInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Debounce interval: an inventory is sent once nothing has changed for this long. Default: 200 ms.</summary>
    public TimeSpan InventoryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Directory of the agent's state file; null keeps the state in memory, for simulated hosts. Default for a libvirt host: <see cref="DefaultStateDirectory"/>.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>Number of ended migrations whose records are kept. 10 to 10,000. Default: 200.</summary>
    public int RecordsKeptMax { get; set; } = 200;

    /// <summary>Timeout of a hypervisor call, after which the agent continues without its result. 1 s to 5 min. Default: 10 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a VM's hypervisor process may take to answer before its inventory marks it as not responding; where the hypervisor's daemon
    /// does not answer either, twice as long. 1 s to 1 min. Default: 3 s.
    /// </summary>
    public TimeSpan VmResponseTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long nothing may be heard from the mesh, neither a command nor a heartbeat, before the agent counts as on its own. At least twice
    /// the interval of heartbeats (1 min), at most 1 day. Default: 150 s.
    /// </summary>
    public TimeSpan AutonomyAfter { get; set; } = TimeSpan.FromSeconds(150);

    /// <summary>
    /// How long a migration without a completion timeout may run while the agent is on its own, for each GiB of memory and copied disks, and
    /// at least one. 1 s to 1 day. Default: 800 s.
    /// </summary>
    public TimeSpan AutonomousCompletionTimeoutPerGiB { get; set; } = MigrationLimits.DefaultCompletionTimeoutPerGiB;

    /// <summary>
    /// How long a parameter of a job whose setting times out is set again before it is answered as refused; zero for one attempt. At most
    /// 5 min. Default: 30 s.
    /// </summary>
    public TimeSpan SettingRetryTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Delay before an abort without effect is retried for the first time; it doubles with each retry. Default: 1 s.</summary>
    public TimeSpan AbortRetryInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest delay before an abort or a message is retried. Default: 30 s.</summary>
    public TimeSpan RetryIntervalMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for a job's final statistics after its end. Default: 1 s.</summary>
    public TimeSpan CompletedStatsWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the reports repeat the final sample of an incoming migration. Default: 10 s.</summary>
    public TimeSpan IncomingSampleRetention { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Free memory, in MiB, that must remain on the host after an incoming migration. 0 or more. Default: 256.</summary>
    public int MemoryMarginMebibytes { get; set; } = 256;

    /// <summary>The URI by which another host's libvirt reaches this one; null for <c>qemu+tcp://HOST/system</c>.</summary>
    public string? MigrationTarget { get; set; }

    /// <summary>
    /// The host's labels for placement. At most 64; keys and values of 1 to 253 characters, keys without spaces, '=' and ':'. The key
    /// <c>host</c> is reserved for the host's name. Default: none.
    /// </summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Bandwidth of the host's migration link in each direction, in MiB/s; null for the speed of its network device. 1 to 1,000,000.</summary>
    public int? LinkMebibytesPerSecond { get; set; }

    /// <summary><see cref="MigrationTarget"/>, or the default made of <see cref="Host"/>.</summary>
    internal string MigrationTargetUri => MigrationTarget ?? $"qemu+tcp://{Host}/system";
}
