using System.Collections.Concurrent;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// The connections of one agent. What may be silent for long has one of its own, for two reasons: the daemon works on only a few
/// calls of a connection at once (<c>max_client_requests</c>, 5); and in libvirt's client before 10.0 a call that is made while
/// another waits on the same connection is sometimes not sent until something arrives there (seen with 9.0: samples that hung for
/// as long as the migrate call beside them).
/// </summary>
internal sealed class LibvirtClients : IAsyncDisposable
{
    /// <summary>Stands for no keepalive at all; libvirt counts in whole seconds from 1 on.</summary>
    private static readonly TimeSpan NoKeepAlive = TimeSpan.FromDays(1);

    /// <summary>Knocking at a local daemon's door costs little, and a host is blind until it opens.</summary>
    private static readonly TimeSpan ReconnectDelayMax = TimeSpan.FromSeconds(5);

    private readonly LibvirtOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<VmId, LibvirtClient> _dedicated = [];

    public LibvirtClients(LibvirtOptions options, TimeProvider time, Action<LibvirtConnection> opened)
    {
        (_options, _time) = (options, time);
        var usual = CreateOptions(options.KeepAliveInterval, options.KeepAliveCount);
        Monitoring = new LibvirtClient(usual, time, opened);
        Main = new LibvirtClient(usual, time);
        Optional = new LibvirtClient(usual, time);
    }

    /// <summary>For events and what the reports ask at each tick, which nothing may hold up.</summary>
    public LibvirtClient Monitoring { get; }

    /// <summary>For everything else but migrations.</summary>
    public LibvirtClient Main { get; }

    /// <summary>For what may hang, such as a pool on a server that is gone, and is good to know but not needed.</summary>
    public LibvirtClient Optional { get; }

    /// <summary>For calls about a machine's job.</summary>
    public LibvirtClient Get(VmId vm) => _dedicated.GetValueOrDefault(vm, Main);

    public bool HasDedicated(VmId vm) => _dedicated.ContainsKey(vm);

    /// <summary>Gives a machine a connection of its own, if it has none.</summary>
    public LibvirtClient GetOrAddDedicated(VmId vm) =>
        _dedicated.GetOrAdd(vm, _ => new LibvirtClient(CreateOptions(_options.KeepAliveInterval, _options.KeepAliveCount), _time));

    /// <summary>A connection for one migrate call and nothing beside it, kept alive as the migration's options say.</summary>
    public LibvirtClient CreateForMigration(MigrationOptions options) =>
        new(CreateOptions(options.KeepAliveInterval ?? _options.KeepAliveInterval, options.KeepAliveCount ?? _options.KeepAliveCount), _time);

    /// <summary>Closes a machine's own connection.</summary>
    public async Task CloseDedicatedAsync(VmId vm)
    {
        if (_dedicated.TryRemove(vm, out var link))
            await link.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var vm in _dedicated.Keys)
            await CloseDedicatedAsync(vm);
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
