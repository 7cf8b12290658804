using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Simulation.Hosts;

namespace Mesh.Simulation.Worlds;

/// <summary>The hosts and VMs of a run.</summary>
internal static class Population
{
    private static readonly Dictionary<string, string> Shop = new(StringComparer.Ordinal) { ["app"] = "shop" };
    private static readonly Dictionary<string, string> NoLabels = new(StringComparer.Ordinal);

    public static (IReadOnlyList<HostNode> Hosts, IReadOnlyList<SimulatedVm> Vms) Create(World world, Random random)
    {
        var isCrowded = random.NextDouble() < 0.07;
        var hosts = Enumerable.Range(0, isCrowded ? random.Next(4, 7) : random.Next(3, 5)).Select(number => Host(world, random, number)).ToList();
        var vms = Enumerable.Range(0, isCrowded ? random.Next(8, 17) : random.Next(2, 6)).Select(number => Vm(random, number, isCrowded)).ToList();
        foreach (var vm in vms)
            world.Cluster.AddVm(hosts[random.Next(hosts.Count)].Name, vm);
        return (hosts, vms);
    }

    private static HostNode Host(World world, Random random, int number)
    {
        var name = new HostName($"host{(char)('a' + number)}");
        world.Cluster.AddHost(new SimulatedHost
        {
            Name = name,
            Memory = Bytes.FromGibibytes(random.NextDouble() < 0.1 ? 3 : 64),
            Link = BytesPerSecond.FromMebibytes(random.Next(60, 400)),
        });
        return new HostNode(world, name, TimeSpan.FromMilliseconds(random.Next(800, 2500)));
    }

    private static SimulatedVm Vm(Random random, int number, bool isSmall)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        var memory = Bytes.FromMebibytes(random.Next(128, isSmall ? 400 : 1500));
        return new SimulatedVm
        {
            Id = new VmId(new Guid(bytes)),
            Name = $"vm{number}",
            Memory = memory,
            Dirty = random.Next(4) switch
            {
                0 => DirtyCurve.Idle,
                1 => DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(random.Next(1, 40))),
                2 => DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(random.Next(40, 500))),
                _ => new DirtyCurve(new Bytes(memory.Count / 4), TimeSpan.FromSeconds(0.5 + random.NextDouble()), BytesPerSecond.FromMebibytes(4)),
            },
            Labels = random.NextDouble() < 0.4 ? Shop : NoLabels,
            Persistent = random.NextDouble() < 0.7,
            Disks = random.NextDouble() < 0.3
                ? [new VmDisk("vda", DiskDevice.Disk, "virtio", "qcow2", DiskStorage.File, $"/images/vm{number}.qcow2", false, false, Bytes.FromMebibytes(random.Next(50, 800)))]
                : [],
        };
    }
}
