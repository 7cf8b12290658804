using System.Diagnostics;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Fleets;
using Spectre.Console;

namespace Mesh.Benchmarks;

/// <summary>
/// What it costs to plan the drain of 1,000 machines in a fleet of 200 hosts, and how good the plan is: its makespan against what no plan
/// could beat, whichever hosts it chose. Everything follows from the seed.
/// </summary>
internal static class DrainPlanning
{
    private const int HostCount = 200;
    private const int VmCount = 1000;

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    public static int Run(int runs)
    {
        var table = new Table().AddColumns("1,000 machines over 200 hosts", "plan, ms (median of " + runs + ")", "makespan", "bound", "ratio");
        foreach (var drained in new[] { 1, 10, 50, 100 })
        {
            var fleet = CreateFleet(drained);
            var request = new DrainHosts { Id = "benchmark", Hosts = [.. fleet.Hosts.Take(drained).Select(host => host.Inventory.Host)], RequestedBy = "benchmark" };
            var plan = DrainPlanner.Plan(fleet, request, Now);
            var milliseconds = Enumerable.Range(0, runs).Select(_ => Measure(fleet, request)).Order().ToArray();
            var bound = Bound(fleet, plan);
            table.AddRow(
                $"{drained} drained, {plan.Moves.Count} moves", milliseconds[runs / 2].ToString("0"), plan.Makespan.ToString(@"h\:mm\:ss"), bound.ToString(@"h\:mm\:ss"),
                (plan.Makespan / bound).ToString("0.000"));
        }

        AnsiConsole.Write(table);
        return 0;
    }

    private static double Measure(Fleet fleet, DrainHosts request)
    {
        var clock = Stopwatch.StartNew();
        DrainPlanner.Plan(fleet, request, Now);
        return clock.Elapsed.TotalMilliseconds;
    }

    private static TimeSpan Bound(Fleet fleet, Drain plan) => DrainBounds.ComputeForAnyPlan(
        plan.Moves.Select(move => new PlannedMove { From = move.From, To = move.To, DataSize = move.DataSize }),
        fleet.Hosts.Select(host => host.Inventory.Host).Except(plan.Hosts),
        LinkLimits.ForDrain(new FleetIndex(fleet), plan.Parallel));

    // Most machines small, a few large; three of ten write memory anew at up to a tenth of what a link carries.
    private static Fleet CreateFleet(int drained)
    {
        var random = new Random(drained);
        var vms = Enumerable.Range(0, VmCount).Select(number => CreateVm(number, random.Next(10) switch
        {
            < 6 => 1 + random.NextDouble(),
            < 9 => 2 + (6 * random.NextDouble()),
            _ => 8 + (24 * random.NextDouble()),
        })).ToArray();
        var each = VmCount / drained;
        return new()
        {
            TakenAt = Now,
            Limits = new() { ClusterMax = VmCount },
            Hosts = [.. Enumerable.Range(0, HostCount).Select(host => CreateHost(host, host < drained ? vms[(host * each)..((host + 1) * each)] : []))],
            Histories =
            [
                .. vms.Where(_ => random.Next(10) < 3)
                    .Select(vm => new VmMigrationHistory(vm.Id, BytesPerSecond.FromMebibytes(90 * random.NextDouble()), BytesPerSecond.FromMebibytes(900), Now)),
            ],
        };
    }

    private static VmDescription CreateVm(int number, double gibibytes) => new(
        new VmId(new Guid(number, 0, 0, new byte[8])), $"vm{number:0000}", VmStatus.Up, Bytes.FromGibibytes(gibibytes), 1, "pc-q35-9.2", "host-model",
        Persistent: true, [], [], [], new Dictionary<string, string>());

    private static FleetHost CreateHost(int number, IReadOnlyList<VmDescription> vms) => new(
        new HostInventory(
            new HostName($"host{number:000}"), 1, 1, Now,
            new HostCapacity("x86_64", "", 64, Bytes.FromGibibytes(1024), Bytes.FromGibibytes(512), BytesPerSecond.FromMebibytes(1000)),
            new HypervisorInfo($"uuid-{number}", "QEMU", "9.2.0", "10.0.0"), $"qemu+tcp://host{number:000}/system", vms),
        HostHealth.Healthy, LastReportAt: Now);
}
