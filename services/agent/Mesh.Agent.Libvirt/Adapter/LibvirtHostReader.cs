using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>What a libvirt host is and has, besides its machines.</summary>
internal sealed class LibvirtHostReader(LibvirtClients links, LibvirtOptions options, TimeProvider time)
{
    /// <summary>How long a description waits for what is only good to know.</summary>
    private static readonly TimeSpan OptionalQueryTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long such a question is left alone before it counts as lost and may be asked again.</summary>
    private static readonly TimeSpan HungQueryTimeout = TimeSpan.FromMinutes(10);

    private readonly HostFiles? _files = options.IsLibvirtLocal ? new HostFiles(options.HostRoot) : null;
    private readonly OncePerConnection<HostCapabilitiesXml> _capabilities = new(connection => HostCapabilitiesXml.Read(connection.GetCapabilitiesXml()));
    private readonly OncePerConnection<HostCpuCapabilities> _cpuCapabilities = new(HostCpuCapabilities.Read);
    private readonly CachedQuery<HostCpuCapabilities> _latestCpuCapabilities = new(time, OptionalQueryTimeout);
    private readonly CachedQuery<HostResources> _latestResources = new(time, OptionalQueryTimeout);

    public async Task<HostDescription> DescribeAsync(CancellationToken cancellation)
    {
        var (host, basics) = await links.Main.CallAsync("virConnectGetCapabilities", null, ReadBasics, cancellation);
        var cpuCapabilities = _latestCpuCapabilities.QueryAsync(() => QueryOptionalAsync("virConnectGetDomainCapabilities", _cpuCapabilities.Get), cancellation);
        var resources = _latestResources.QueryAsync(
            () => QueryOptionalAsync("virConnectListAllStoragePools", connection => HostResources.Read(connection, host)), cancellation);
        var (cpus, available) = (await cpuCapabilities, await resources);
        return basics with
        {
            Capacity = basics.Capacity with
            {
                Link = options.LinkDevice is { } device ? _files?.LinkSpeed(device) : null,
                CpuModels = cpus?.CpuModels,
                CpuFeatures = cpus?.CpuFeatures,
                NumaCells = available?.NumaCells,
                HugePages = available?.HugePages,
            },
            Networks = Networks(available),
            Storage = GetStorageMap().Storage,
        };
    }

    /// <summary>Where the host keeps images, as far as is known now; asks libvirt nothing.</summary>
    public HostStorageMap GetStorageMap() => new(_files, _files?.Mounts(), _latestResources.Latest?.Pools, [.. options.SharedPaths]);

    private (HostCapabilitiesXml Host, HostDescription Basics) ReadBasics(LibvirtConnection connection)
    {
        var host = _capabilities.Get(connection);
        var node = connection.GetNodeInfo();
        return (host, new HostDescription(
            new HostCapacity(node.CpuModel, host.CpuModel, node.Cpus, Memory(connection, "total"), Memory(connection, "free", "buffers", "cached")),
            new HypervisorInfo(host.Uuid, "QEMU", $"{connection.GetHypervisorVersion()}", $"{connection.GetLibvirtVersion()}", host.MachineTypes)));
    }

    private Task<T> QueryOptionalAsync<T>(string name, Func<LibvirtConnection, T> ask) => links.Optional.CallAsync(name, null, ask, CancellationToken.None, HungQueryTimeout);

    /// <summary>Half of them would speak against machines that are connected to the other half: then rather none.</summary>
    private string[]? Networks(HostResources? available) =>
        available?.Networks is { } networks && _files?.Bridges() is { } bridges ? [.. bridges.Union(networks, StringComparer.Ordinal)] : null;

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
    private volatile Entry? _last;

    public T Get(LibvirtConnection connection)
    {
        if (_last is { } last && ReferenceEquals(last.Connection, connection))
            return last.Value;
        var value = read(connection);
        _last = new Entry(connection, value);
        return value;
    }

    private sealed record Entry(LibvirtConnection Connection, T Value);
}
