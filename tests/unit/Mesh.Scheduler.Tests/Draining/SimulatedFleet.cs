using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Tests.Draining;

/// <summary>Fleets of any size, the same for the same seed.</summary>
internal static class SimulatedFleet
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly SchedulingLimits Wide = new() { ClusterMax = 10_000 };

    public static HostName Host(int number) => new($"host{number:000}");

    /// <summary>A VM that can be migrated.</summary>
    public static VmDescription Vm(int number, double gibibytes, IReadOnlyDictionary<string, string>? labels = null) => new(
        new VmId(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1])), $"vm{number:0000}", VmStatus.Up, Bytes.FromGibibytes(gibibytes), 1,
        "pc-q35-9.2", "host-model", Persistent: true, [], [], [], labels ?? new Dictionary<string, string>());

    /// <summary>A host with a link of 1000 MiB/s, of which migrations may use 900.</summary>
    public static FleetHost With(HostName host, IReadOnlyList<VmDescription> vms, double freeGibibytes = 512, double linkMebibytes = 1000) => new(
        new HostInventory(
            host, 1, 1, Now,
            new HostCapacity("x86_64", "", 64, Bytes.FromGibibytes(1024), Bytes.FromGibibytes(freeGibibytes), BytesPerSecond.FromMebibytes(linkMebibytes)),
            new HypervisorInfo($"uuid-{host}", "QEMU", "9.2.0", "10.0.0"),
            $"qemu+tcp://{host}/system", vms),
        HostHealth.Healthy, LastReportAt: Now);

    /// <summary>VMs of mixed sizes, most of them idle, on the first hosts; the other hosts are empty.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="hosts">The number of hosts.</param>
    /// <param name="drained">The number of hosts with VMs.</param>
    /// <param name="each">The number of VMs on each.</param>
    /// <param name="writingPercent">The percentage of VMs with a dirty rate, of up to a tenth of a link.</param>
    /// <param name="unequalLinks">Whether some links have four times the capacity of others.</param>
    public static Fleet Mixed(int seed, int hosts, int drained, int each, int writingPercent = 30, bool unequalLinks = false)
    {
        var random = new Random(seed);
        var vms = Enumerable.Range(0, drained * each).Select(number => Vm(number, random.Next(100) switch
        {
            < 60 => 1 + random.NextDouble(),
            < 90 => 2 + (6 * random.NextDouble()),
            _ => 8 + (24 * random.NextDouble()),
        })).ToArray();
        return new()
        {
            TakenAt = Now,
            Limits = Wide,
            Hosts =
            [
                .. Enumerable.Range(0, hosts).Select(host => With(
                    Host(host), host < drained ? vms[(host * each)..((host + 1) * each)] : [], linkMebibytes: unequalLinks && host % 3 == 0 ? 4000 : 1000)),
            ],
            Histories =
            [
                .. vms.Where(_ => random.Next(100) < writingPercent)
                    .Select(vm => new VmMigrationHistory(vm.Id, BytesPerSecond.FromMebibytes(90 * random.NextDouble()), BytesPerSecond.FromMebibytes(900), Now)),
            ],
        };
    }

    public static DrainHosts Drain(int drained) => new() { Id = "d1", Hosts = [.. Enumerable.Range(0, drained).Select(Host)], RequestedBy = "ann" };
}
