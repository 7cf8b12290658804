using System.Collections.Concurrent;
using Mesh.Agent.Libvirt;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>
/// The connections of one agent: one for the host as a whole, and one more for each machine that migrates. The daemon works on
/// only a few calls of a connection at once (<c>max_client_requests</c>, 5), and a migrating machine takes up two of them: one
/// call lasts as long as the migration, another for seconds in its final pass.
/// </summary>
internal sealed class LibvirtLinks : IAsyncDisposable
{
    /// <summary>Stands for no keepalive at all; libvirt counts in whole seconds from 1 on.</summary>
    private static readonly TimeSpan NoKeepAlive = TimeSpan.FromDays(1);

    private readonly AgentOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<VmId, LibvirtLink> _ofVms = [];

    public LibvirtLinks(AgentOptions options, TimeProvider time, Action<LibvirtConnection> opened)
    {
        (_options, _time) = (options, time);
        Main = new LibvirtLink(Options(options.KeepAliveInterval, options.KeepAliveCount), time, opened);
    }

    /// <summary>For everything but migrations.</summary>
    public LibvirtLink Main { get; }

    /// <summary>For calls about a machine's job.</summary>
    public LibvirtLink Of(VmId vm) => _ofVms.GetValueOrDefault(vm, Main);

    public bool Has(VmId vm) => _ofVms.ContainsKey(vm);

    /// <summary>Gives a machine a connection of its own, if it has none.</summary>
    public LibvirtLink For(VmId vm, MigrationOptions? options = null) => _ofVms.GetOrAdd(
        vm,
        _ => new LibvirtLink(
            Options(options?.KeepAliveInterval ?? _options.KeepAliveInterval, options?.KeepAliveCount ?? _options.KeepAliveCount), _time));

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
        await Main.DisposeAsync();
    }

    private LibvirtLinkOptions Options(TimeSpan keepAliveInterval, int keepAliveCount) => new(
        _options.LibvirtUri,
        new LibvirtConnectionOptions
        {
            KeepAliveInterval = keepAliveInterval <= TimeSpan.Zero ? NoKeepAlive : TimeSpan.FromSeconds(Math.Ceiling(keepAliveInterval.TotalSeconds)),
            KeepAliveCount = keepAliveCount,
        },
        new LibvirtCallOptions { DefaultLimit = _options.CallTimeout, MaxStuckCalls = _options.StuckCallsMax },
        _options.RetryIntervalMax);
}
