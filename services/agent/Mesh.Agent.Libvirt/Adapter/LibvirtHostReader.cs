using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Describes a libvirt host.</summary>
internal sealed class LibvirtHostReader(LibvirtClients clients, LibvirtOptions options, TimeProvider time)
{
    /// <summary>How long a description waits for an optional query.</summary>
    private static readonly TimeSpan OptionalQueryTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long an optional query may take before it is given up and can be repeated.</summary>
    private static readonly TimeSpan HungQueryTimeout = TimeSpan.FromMinutes(10);

    private readonly HostFiles? _files = options.IsLibvirtLocal ? new HostFiles(options.HostRoot) : null;
    private readonly OncePerConnection<HostCapabilitiesXml> _capabilities = new(connection => HostCapabilitiesXml.Read(connection.GetCapabilitiesXml()));
    private readonly OncePerConnection<HostCpuCapabilities> _cpuCapabilities = new(HostCpuCapabilities.Read);
    private readonly CachedQuery<HostCpuCapabilities> _latestCpuCapabilities = new(time, OptionalQueryTimeout);
    private readonly CachedQuery<HostResources> _latestResources = new(time, OptionalQueryTimeout);

    public async Task<HostDescription> DescribeAsync(CancellationToken cancellation)
    {
        var (host, basics) = await clients.Main.CallAsync("virConnectGetCapabilities", null, ReadBasics, cancellation);
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

    /// <summary>The host's storage, as far as it is known now; makes no libvirt call.</summary>
    public HostStorageMap GetStorageMap() => new(_files, _files?.Mounts(), _latestResources.Latest?.Pools, [.. options.SharedPaths]);

    private (HostCapabilitiesXml Host, HostDescription Basics) ReadBasics(LibvirtConnection connection)
    {
        var host = _capabilities.Get(connection);
        var node = connection.GetNodeInfo();
        return (host, new HostDescription(
            new HostCapacity(node.CpuModel, host.CpuModel, node.Cpus, Memory(connection, "total"), Memory(connection, "free", "buffers", "cached")),
            new HypervisorInfo(host.Uuid, "QEMU", $"{connection.GetHypervisorVersion()}", $"{connection.GetLibvirtVersion()}", host.MachineTypes)));
    }

    private Task<T> QueryOptionalAsync<T>(string name, Func<LibvirtConnection, T> query) => clients.Optional.CallAsync(name, null, query, CancellationToken.None, HungQueryTimeout);

    /// <summary>Bridges and networks, or null: a partial list would exclude VMs that are connected to the missing ones.</summary>
    private string[]? Networks(HostResources? available) =>
        available?.Networks is { } networks && _files?.Bridges() is { } bridges ? [.. bridges.Union(networks, StringComparer.Ordinal)] : null;

    /// <summary>Memory by its uses; buffers and caches are available to VMs, too.</summary>
    private static Bytes Memory(LibvirtConnection connection, params string[] uses)
    {
        var stats = connection.GetMemoryStatsKibibytes();
        return Bytes.FromKibibytes(uses.Sum(use => (long)stats.GetValueOrDefault(use)));
    }
}

/// <summary>A value that changes only when libvirt's daemon restarts, and so is read once per connection.</summary>
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
