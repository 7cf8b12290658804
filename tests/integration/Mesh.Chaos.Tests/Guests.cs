using System.Collections.Concurrent;
using Mesh.Testing.Fixtures;

namespace Mesh.Chaos.Tests;

/// <summary>
/// The guests of one pair of hosts, one for each phase. Booting one takes seconds of both cores, so those that survive a row
/// are used in the next one, in whichever direction needs fewer moves.
/// </summary>
internal sealed class Guests(MeshSystem mesh, string number)
{
    // More at once take just as long, and slow down the rows that are running.
    private static readonly SemaphoreSlim Booting = new(2);

    private readonly ConcurrentDictionary<string, string> _homes = new(StringComparer.Ordinal);

    public static string GetName(Phase phase, string number) => $"{phase.Name}-{number}";

    /// <summary>Brings all of them together on one host, and returns that host.</summary>
    public async Task<string> GatherAsync()
    {
        var source = _homes.Values.GroupBy(home => home).OrderByDescending(host => host.Count()).FirstOrDefault()?.Key ?? HostPair.HostNames(number)[0];
        await Task.WhenAll(Phases.All.Select(phase => EnsureOnAsync(phase, source)));
        return source;
    }

    /// <summary>Records where a guest runs, or removes a guest that must not be used again.</summary>
    public async Task RecordHomeAsync(Phase phase, string? home)
    {
        var name = GetName(phase, number);
        _homes.TryRemove(name, out _);
        if (home is null)
            await mesh.Bed.RemoveGuestAsync(name);
        else
            _homes[name] = home;
    }

    private async Task EnsureOnAsync(Phase phase, string source)
    {
        var name = GetName(phase, number);
        if (!_homes.TryGetValue(name, out var home))
            await BootAsync(phase, name, source);
        else if (home != source)
            await MoveAsync(name, home, source);
        _homes[name] = source;
        await mesh.AwaitRunningOnAsync(name, source);
    }

    private async Task MoveAsync(string name, string home, string to)
    {
        // The bandwidth limit of a failed migration stays with the guest, and a guest that writes much would never converge.
        await mesh.Bed.VirshAsync(home, "migrate-setspeed", name, "1000");
        await mesh.Bed.VirshAsync(home, "migrate", "--live", "--p2p", name, $"qemu+tcp://{to}/system");
    }

    private async Task BootAsync(Phase phase, string name, string host)
    {
        await Booting.WaitAsync();
        try
        {
            await mesh.Bed.StartGuestAsync(host, name, phase.Guest.Split(' '));
        }
        finally
        {
            Booting.Release();
        }
    }
}
