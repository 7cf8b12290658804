using System.Collections.Concurrent;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// The connections of one agent. Calls that may block for long have connections of their own, for two reasons: the daemon processes only a few
/// calls of a connection at once (<c>max_client_requests</c>, 5); and in libvirt's client before 10.0 a call made while another one waits on
/// the same connection is sometimes not sent until something arrives there (seen with 9.0: samples that hung for as long as the migrate call
/// beside them).
/// </summary>
internal sealed class LibvirtClients : IAsyncDisposable
{
    /// <summary>Means no keepalive: libvirt accepts whole seconds from 1 on.</summary>
    private static readonly TimeSpan NoKeepAlive = TimeSpan.FromDays(1);

    /// <summary>Short, because connecting to a local daemon is cheap and the agent cannot report until it succeeds.</summary>
    private static readonly TimeSpan ReconnectDelayMax = TimeSpan.FromSeconds(5);

    private readonly LibvirtOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<VmId, LibvirtClient> _dedicated = [];
    private readonly Lock _probingLock = new();
    private LibvirtClient _probing;

    public LibvirtClients(LibvirtOptions options, TimeProvider time, Action<LibvirtConnection> opened)
    {
        (_options, _time) = (options, time);
        var usual = CreateOptions(options.KeepAliveInterval, options.KeepAliveCount);
        Monitoring = new LibvirtClient(usual, time, opened);
        Main = new LibvirtClient(usual, time);
        Optional = new LibvirtClient(usual, time);
        _probing = new LibvirtClient(usual, time);
    }

    /// <summary>For events and the queries of the reports, which nothing may delay.</summary>
    public LibvirtClient Monitoring { get; }

    /// <summary>For everything else except migrations.</summary>
    public LibvirtClient Main { get; }

    /// <summary>For optional queries that may hang, such as about a pool on a server that is down.</summary>
    public LibvirtClient Optional { get; }

    /// <summary>For queries that a VM's QEMU has to answer, and may not.</summary>
    public LibvirtClient Probing
    {
        get
        {
            lock (_probingLock)
                return _probing;
        }
    }

    /// <summary>Leaves a probing connection to the call that hangs on it, and gives the others a new one.</summary>
    public void ReplaceProbing(LibvirtClient hung)
    {
        lock (_probingLock)
        {
            if (_probing != hung)
                return;
            _probing = new LibvirtClient(CreateOptions(_options.KeepAliveInterval, _options.KeepAliveCount), _time);
        }

        // It closes once that call has returned; nobody waits for it.
        _ = hung.DisposeAsync().AsTask();
    }

    /// <summary>For calls about a VM's job: its own connection, or else the main one.</summary>
    public LibvirtClient Get(VmId vm) => _dedicated.GetValueOrDefault(vm, Main);

    public bool HasDedicated(VmId vm) => _dedicated.ContainsKey(vm);

    /// <summary>Gives a VM a connection of its own, if it has none.</summary>
    public LibvirtClient GetOrAddDedicated(VmId vm) =>
        _dedicated.GetOrAdd(vm, _ => new LibvirtClient(CreateOptions(_options.KeepAliveInterval, _options.KeepAliveCount), _time));

    /// <summary>A connection for one migrate call only, with the migration's keepalive settings.</summary>
    public LibvirtClient CreateForMigration(MigrationOptions options) =>
        new(CreateOptions(options.KeepAliveInterval ?? _options.KeepAliveInterval, options.KeepAliveCount ?? _options.KeepAliveCount), _time);

    public async Task CloseDedicatedAsync(VmId vm)
    {
        if (_dedicated.TryRemove(vm, out var client))
            await client.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var vm in _dedicated.Keys)
            await CloseDedicatedAsync(vm);
        await Probing.DisposeAsync();
        await Optional.DisposeAsync();
        await Main.DisposeAsync();
        await Monitoring.DisposeAsync();
    }

    private LibvirtClientOptions CreateOptions(TimeSpan keepAliveInterval, int keepAliveCount) => new(
        _options.LibvirtUri,
        new LibvirtConnectionOptions
        {
            KeepAliveInterval = keepAliveInterval <= TimeSpan.Zero ? NoKeepAlive : TimeSpan.FromSeconds(Math.Ceiling(keepAliveInterval.TotalSeconds)),
            KeepAliveCount = keepAliveCount,
        },
        new LibvirtCallOptions { DefaultLimit = _options.CallTimeout, MaxStuckCalls = _options.StuckCallsMax },
        ReconnectDelayMax);
}
