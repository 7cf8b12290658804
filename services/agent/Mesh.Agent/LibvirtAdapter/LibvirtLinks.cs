using System.Collections.Concurrent;
using Mesh.Agent.Libvirt;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>
/// The connections of one agent. What may be silent for long has one of its own, for two reasons: the daemon works on only a few
/// calls of a connection at once (<c>max_client_requests</c>, 5); and in libvirt's client before 10.0 a call that is made while
/// another waits on the same connection is sometimes not sent until something arrives there (seen with 9.0: samples that hung for
/// as long as the migrate call beside them).
/// </summary>
internal sealed class LibvirtLinks : IAsyncDisposable
{
    /// <summary>Stands for no keepalive at all; libvirt counts in whole seconds from 1 on.</summary>
    private static readonly TimeSpan NoKeepAlive = TimeSpan.FromDays(1);

    /// <summary>Knocking at a local daemon's door costs little, and a host is blind until it opens.</summary>
    private static readonly TimeSpan ReopeningPauseMax = TimeSpan.FromSeconds(5);

    private readonly AgentOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<VmId, LibvirtLink> _ofVms = [];

    public LibvirtLinks(AgentOptions options, TimeProvider time, Action<LibvirtConnection> opened)
    {
        (_options, _time) = (options, time);
        var usual = Options(options.KeepAliveInterval, options.KeepAliveCount);
        Watch = new LibvirtLink(usual, time, opened);
        Main = new LibvirtLink(usual, time);
        Aside = new LibvirtLink(usual, time);
    }

    /// <summary>For events and what the reports ask at each tick, which nothing may hold up.</summary>
    public LibvirtLink Watch { get; }

    /// <summary>For everything else but migrations.</summary>
    public LibvirtLink Main { get; }

    /// <summary>For what may hang, such as a pool on a server that is gone, and is good to know but not needed.</summary>
    public LibvirtLink Aside { get; }

    /// <summary>For calls about a machine's job.</summary>
    public LibvirtLink Of(VmId vm) => _ofVms.GetValueOrDefault(vm, Main);

    public bool Has(VmId vm) => _ofVms.ContainsKey(vm);

    /// <summary>Gives a machine a connection of its own, if it has none.</summary>
    public LibvirtLink For(VmId vm) =>
        _ofVms.GetOrAdd(vm, _ => new LibvirtLink(Options(_options.KeepAliveInterval, _options.KeepAliveCount), _time));

    /// <summary>A connection for one migrate call and nothing beside it, kept alive as the migration's options say.</summary>
    public LibvirtLink ForCall(MigrationOptions options) =>
        new(Options(options.KeepAliveInterval ?? _options.KeepAliveInterval, options.KeepAliveCount ?? _options.KeepAliveCount), _time);

    /// <summary>Closes a machine's own connection.</summary>
    public async Task DropAsync(VmId vm)
    {
        if (_ofVms.TryRemove(vm, out var link))
            await link.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var vm in _ofVms.Keys)
            await DropAsync(vm);
        await Aside.DisposeAsync();
        await Main.DisposeAsync();
        await Watch.DisposeAsync();
    }

    private LibvirtLinkOptions Options(TimeSpan keepAliveInterval, int keepAliveCount) => new(
        _options.LibvirtUri,
        new LibvirtConnectionOptions
        {
            KeepAliveInterval = keepAliveInterval <= TimeSpan.Zero ? NoKeepAlive : TimeSpan.FromSeconds(Math.Ceiling(keepAliveInterval.TotalSeconds)),
            KeepAliveCount = keepAliveCount,
        },
        new LibvirtCallOptions { DefaultLimit = _options.CallTimeout, MaxStuckCalls = _options.StuckCallsMax },
        ReopeningPauseMax);
}
