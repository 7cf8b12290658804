using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>What a libvirt host is and has, besides its machines.</summary>
internal sealed class LibvirtHost(LibvirtLinks links, AgentOptions options, TimeProvider time)
{
    /// <summary>How long a description waits for what is only good to know.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How long such a question is left alone before it counts as lost and may be asked again.</summary>
    private static readonly TimeSpan HangingMax = TimeSpan.FromMinutes(10);

    private readonly HostFiles? _files = options.IsLibvirtHere ? new HostFiles(options.HostRoot) : null;
    private readonly OncePerConnection<HostXml> _capabilities = new(connection => HostXml.Read(connection.GetCapabilitiesXml()));
    private readonly OncePerConnection<HostAbilities> _abilities = new(HostAbilities.Read);
    private readonly LastAnswer<HostAbilities> _lastAbilities = new(time, Patience);
    private readonly LastAnswer<HostSurroundings> _lastSurroundings = new(time, Patience);

    public async Task<HostDescription> DescribeAsync(CancellationToken cancellation)
    {
        var (host, basics) = await links.Main.CallAsync("virConnectGetCapabilities", null, Basics, cancellation);
        var abilities = _lastAbilities.AskAsync(() => AsideAsync("virConnectGetDomainCapabilities", _abilities.Of), cancellation);
        var surroundings = _lastSurroundings.AskAsync(
            () => AsideAsync("virConnectListAllStoragePools", connection => HostSurroundings.Read(connection, host)), cancellation);
        var (able, around) = (await abilities, await surroundings);
        return basics with
        {
            Capacity = basics.Capacity with
            {
                Link = options.LinkDevice is { } device ? _files?.LinkSpeed(device) : null,
                CpuModels = able?.CpuModels,
                CpuFeatures = able?.CpuFeatures,
                NumaCells = around?.NumaCells,
                HugePages = around?.HugePages,
            },
            Networks = Networks(around),
            Storage = Places().Storage,
        };
    }

    /// <summary>Where the host keeps images, as far as is known now; asks libvirt nothing.</summary>
    public HostPlaces Places() => new(_files, _files?.Mounts(), _lastSurroundings.Known?.Pools, [.. options.SharedPaths]);

    private (HostXml Host, HostDescription Basics) Basics(LibvirtConnection connection)
    {
        var host = _capabilities.Of(connection);
        var node = connection.GetNodeInfo();
        return (host, new HostDescription(
            new HostCapacity(node.CpuModel, host.CpuModel, node.Cpus, Memory(connection, "total"), Memory(connection, "free", "buffers", "cached")),
            new HypervisorInfo(host.Uuid, "QEMU", $"{connection.GetHypervisorVersion()}", $"{connection.GetLibvirtVersion()}", host.MachineTypes)));
    }

    private Task<T> AsideAsync<T>(string name, Func<LibvirtConnection, T> ask) => links.Aside.CallAsync(name, null, ask, CancellationToken.None, HangingMax);

    /// <summary>Half of them would speak against machines that are connected to the other half: then rather none.</summary>
    private string[]? Networks(HostSurroundings? around) =>
        around?.Networks is { } networks && _files?.Bridges() is { } bridges ? [.. bridges.Union(networks, StringComparer.Ordinal)] : null;

    /// <summary>Memory by its uses; what only buffers and caches hold, the host could give a machine too.</summary>
    private static Bytes Memory(LibvirtConnection connection, params string[] uses)
    {
        var stats = connection.GetMemoryStatsKibibytes();
        return Bytes.FromKibibytes(uses.Sum(use => (long)stats.GetValueOrDefault(use)));
    }
}

/// <summary>Something that changes at most with libvirt's daemon, and so is read once for each connection to it.</summary>
internal sealed class OncePerConnection<T>(Func<LibvirtConnection, T> read)
    where T : class
{
    private volatile Reading? _last;

    public T Of(LibvirtConnection connection)
    {
        if (_last is { } last && ReferenceEquals(last.Connection, connection))
            return last.Value;
        var value = read(connection);
        _last = new Reading(connection, value);
        return value;
    }

    private sealed record Reading(LibvirtConnection Connection, T Value);
}
