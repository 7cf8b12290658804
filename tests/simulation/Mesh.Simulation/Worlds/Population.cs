using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Simulation.Hosts;

namespace Mesh.Simulation.Worlds;

/// <summary>Which hosts and machines a run has.</summary>
internal static class Population
{
    private static readonly Dictionary<string, string> Shop = new(StringComparer.Ordinal) { ["app"] = "shop" };
    private static readonly Dictionary<string, string> NoLabels = new(StringComparer.Ordinal);

    /// <summary>Makes them.</summary>
    public static (IReadOnlyList<HostMachine> Hosts, IReadOnlyList<SimulatedVm> Vms) Make(World world, Random chance)
    {
        var isCrowded = chance.NextDouble() < 0.07;
        var hosts = Enumerable.Range(0, isCrowded ? chance.Next(4, 7) : chance.Next(3, 5)).Select(number => Host(world, chance, number)).ToList();
        var vms = Enumerable.Range(0, isCrowded ? chance.Next(8, 17) : chance.Next(2, 6)).Select(number => Vm(chance, number, isCrowded)).ToList();
        foreach (var vm in vms)
            world.Cluster.AddVm(hosts[chance.Next(hosts.Count)].Name, vm);
        return (hosts, vms);
    }

    private static HostMachine Host(World world, Random chance, int number)
    {
        var name = new HostName($"host{(char)('a' + number)}");
        world.Cluster.AddHost(new SimulatedHost
        {
            Name = name,
            Memory = Bytes.FromGibibytes(chance.NextDouble() < 0.1 ? 3 : 64),
            Link = BytesPerSecond.FromMebibytes(chance.Next(60, 400)),
        });
        return new HostMachine(world, name, TimeSpan.FromMilliseconds(chance.Next(800, 2500)));
    }

    private static SimulatedVm Vm(Random chance, int number, bool isSmall)
    {
        var bytes = new byte[16];
        chance.NextBytes(bytes);
        var memory = Bytes.FromMebibytes(chance.Next(128, isSmall ? 400 : 1500));
        return new SimulatedVm
        {
            Id = new VmId(new Guid(bytes)),
            Name = $"vm{number}",
            Memory = memory,
            Dirty = chance.Next(4) switch
            {
                0 => DirtyCurve.Idle,
                1 => DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(chance.Next(1, 40))),
                2 => DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(chance.Next(40, 500))),
                _ => new DirtyCurve(new Bytes(memory.Count / 4), TimeSpan.FromSeconds(0.5 + chance.NextDouble()), BytesPerSecond.FromMebibytes(4)),
            },
            Labels = chance.NextDouble() < 0.4 ? Shop : NoLabels,
            Persistent = chance.NextDouble() < 0.7,
            Disks = chance.NextDouble() < 0.3
                ? [new VmDisk("vda", DiskDevice.Disk, "virtio", "qcow2", DiskStorage.File, $"/images/vm{number}.qcow2", false, false, Bytes.FromMebibytes(chance.Next(50, 800)))]
                : [],
        };
    }
}
