using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.Adapter;
using Mesh.Contracts.Values;
using Mesh.Testing.Fixtures;

namespace Mesh.Agent.Libvirt.Tests.Bed;

/// <summary>Two real libvirt hosts, each with a hypervisor as its agent would use it.</summary>
public sealed class TestBedFixture : IAsyncLifetime
{
    public const string Source = "hosta";
    public const string Destination = "hostb";
    private readonly Dictionary<string, LibvirtOptions> _options = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IHypervisor> _hypervisors = new(StringComparer.Ordinal);

    private TestBed? _bed;

    public TestBed Bed => _bed!;

    public IHypervisor At(string host) => _hypervisors[host];

    /// <summary>Another connection to a host, like that of another agent.</summary>
    public IHypervisor Connect(string host) => new LibvirtHypervisor(_options[host], TimeProvider.System);

    /// <summary>Another connection to a host, with other settings.</summary>
    internal IHypervisor Connect(string host, Action<LibvirtOptions> configure)
    {
        var common = _options[host];
        var options = new LibvirtOptions { LibvirtUri = common.LibvirtUri, HostRoot = common.HostRoot };
        configure(options);
        return new LibvirtHypervisor(options, TimeProvider.System);
    }

    public async ValueTask InitializeAsync()
    {
        _bed = await TestBed.StartAsync([Source, Destination]);
        foreach (var host in Bed.Hosts)
        {
            _options[host] = await OptionsAsync(host);
            _hypervisors[host] = Connect(host);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hypervisor in _hypervisors.Values)
            await hypervisor.DisposeAsync();
        if (_bed is not null)
            await _bed.DisposeAsync();
    }

    /// <summary>A guest that dirties memory faster than its migration may send it, so that the migration lasts as long as a test needs.</summary>
    internal async Task<VmId> BusyGuestAsync(string name, params string[] settings)
    {
        await Bed.StartGuestAsync(Source, name, ["WS=32", "RATE=60", .. settings]);
        var vms = await At(Source).ListVmsAsync(CancellationToken.None);
        return vms.Single(vm => vm.Name == name).Id;
    }

    /// <summary>The guest's vCPU quota, as libvirt reads it from the control group.</summary>
    internal async Task<long> QuotaAsync(string host, string guest) => long.Parse(
        (await Bed.VirshAsync(host, "schedinfo", guest)).Split('\n').Single(line => line.StartsWith("vcpu_quota", StringComparison.Ordinal)).Split(':')[1],
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The host's processes and control groups are accessed from outside, through its first process.</summary>
    private async Task<LibvirtOptions> OptionsAsync(string host)
    {
        var record = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(Bed.LogPath(host, "x"))!, "../../.bed/pids", $"{host}.pid1"));
        return new LibvirtOptions { LibvirtUri = await Bed.RunAsync("uri", host), HostRoot = $"/proc/{record.Split(' ')[0]}/root" };
    }
}

[CollectionDefinition(Name)]
public sealed class TestBedCollection : ICollectionFixture<TestBedFixture>
{
    internal const string Name = "the test bed";
}
