using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Chaos.Tests;

/// <summary>The two hosts between which the five migrations of a row move, and everything that a fault can affect.</summary>
/// <param name="Mesh">The mesh.</param>
/// <param name="Store">The mesh's PostgreSQL.</param>
/// <param name="Number">The number of the pair.</param>
internal sealed record HostPair(MeshSystem Mesh, ServerProcess Store, string Number)
{
    /// <summary>Slow enough for a final pass of seconds: QEMU drops its own limit for that pass, the link does not.</summary>
    private const string SlowLinkMbit = "32";

    public string Source { get; private set; } = HostNames(Number)[0];

    public string Destination { get; private set; } = HostNames(Number)[1];

    public IReadOnlyList<string> Hosts => [Source, Destination];

    public Guests Guests { get; } = new(Mesh, Number);

    public TestBed Bed => Mesh.Bed;

    public static IReadOnlyList<string> HostNames(string number) => [$"host{number}a", $"host{number}b"];

    /// <summary>Makes the host on which the guests are the source.</summary>
    public async Task GatherAsync()
    {
        var source = await Guests.GatherAsync();
        (Source, Destination) = source == Source ? (Source, Destination) : (Destination, Source);
    }

    public Task LimitLinkAsync() => Bed.RunAsync("shape", Source, SlowLinkMbit);

    /// <summary>A source that was powered off meanwhile has already lost the limit.</summary>
    public Task RestoreLinkAsync() => Bed.TryRunAsync("shape", Source, "off");

    public Task KillDaemonAsync(string host) => Bed.RunAsync("kill-daemon", host);

    public Task StartDaemonAsync(string host) => Bed.RunAsync("start-daemon", host);

    public Task PowerOffAsync(string host) => Bed.RunAsync("power-off", host);

    /// <summary>Powers a host on, with its libvirtd and its agent.</summary>
    public async Task PowerOnAsync(string host)
    {
        await Bed.RunAsync("power-on", host);
        await Mesh.ConnectHostAsync(host);
    }

    /// <summary>Confirms to the mesh that a host is off; the mesh refuses that while the host still counts as reporting.</summary>
    public Task FenceAsync(string host) => Eventually.HoldsAsync(
        async () => (await Mesh.RunAsync("fence", host, "--confirm")).ExitCode == 0, $"{host} is fenced", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));

    public Task KillAgentAsync(string host) => Mesh.KillAgentAsync(host);

    public Task StartAgentAsync(string host)
    {
        Mesh.StartAgent(host);
        return Task.CompletedTask;
    }

    public Task KillServiceAsync(string service) => Mesh.Processes.KillAsync(service);

    public Task StartServiceAsync(string service)
    {
        Mesh.Processes.Start(service);
        return Mesh.AwaitUpAsync();
    }

    /// <summary>Waits until the mesh has a new report of a host.</summary>
    public Task AwaitReportAsync(string host)
    {
        var now = DateTimeOffset.UtcNow;
        return Eventually.HoldsAsync(
            async () => (await Mesh.Api.ListHostsAsync()).Any(view => view.Inventory.Host.Value == host && view.LastReportAt > now),
            $"{host} reports", TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(250));
    }
}
