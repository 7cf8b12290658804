using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Fleets;

namespace Mesh.Benchmarks;

/// <summary>
/// What it costs to plan the drain of 1,000 machines in a fleet of 200 hosts, and how good the plan is: its makespan against what no plan
/// could beat, whichever hosts it chose. Everything follows from the seed.
/// </summary>
public class DrainPlanning
{
    private const int HostCount = 200;
    private const int VmCount = 1000;

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private Fleet _fleet = null!;
    private DrainHosts _request = null!;

    /// <summary>How many hosts are drained, with all machines on them.</summary>
    [Params(1, 10, 50, 100)]
    public int Drained { get; set; }

    /// <summary>Makes the fleet, which the plan does not change.</summary>
    [GlobalSetup]
    public void Setup() => (_fleet, _request) = Given(Drained);

    /// <summary>What is weighed.</summary>
    [Benchmark]
    public Drain Plan() => DrainPlanner.Plan(_fleet, _request, Now);

    internal static int Run(int runs)
    {
        // In this process, for a plan takes long enough that no other needs to be built to weigh it alone.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithStrategy(RunStrategy.Monitoring).WithWarmupCount(20).WithIterationCount(runs);
        var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(NullLogger.Instance)
            .AddColumnProvider(DefaultColumnProviders.Params)
            .AddColumn(new PlanColumn("Moves", (_, plan) => $"{plan.Moves.Count}"))
            .AddColumn(StatisticColumn.Median, StatisticColumn.Min, StatisticColumn.Max)
            .AddColumn(new PlanColumn("Makespan", (_, plan) => plan.Makespan.ToString(@"h\:mm\:ss")))
            .AddColumn(new PlanColumn("Bound", (fleet, plan) => Bound(fleet, plan).ToString(@"h\:mm\:ss")))
            .AddColumn(new PlanColumn("Makespan/Bound", (fleet, plan) => (plan.Makespan / Bound(fleet, plan)).ToString("0.000")))
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "results"));
        var summary = BenchmarkRunner.Run<DrainPlanning>(config);
        MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
        return summary.HasCriticalValidationErrors || summary.Reports.Length == 0 || summary.Reports.Any(report => !report.Success) ? 1 : 0;
    }

    private static (Fleet Fleet, DrainHosts Request) Given(int drained)
    {
        var fleet = FleetOf(drained);
        return (fleet, new() { Id = "benchmark", Hosts = [.. fleet.Hosts.Take(drained).Select(host => host.Inventory.Host)], RequestedBy = "benchmark" });
    }

    private static TimeSpan Bound(Fleet fleet, Drain plan) => DrainBounds.ComputeForAnyPlan(
        plan.Moves.Select(move => new PlannedMove { From = move.From, To = move.To, DataSize = move.DataSize }),
        fleet.Hosts.Select(host => host.Inventory.Host).Except(plan.Hosts),
        LinkLimits.ForDrain(new FleetIndex(fleet), plan.Parallel));

    // Most machines small, a few large; three of ten write memory anew at up to a tenth of what a link carries.
    private static Fleet FleetOf(int drained)
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

    /// <summary>A column about the plan itself; the same seed makes the same plan again.</summary>
    private sealed class PlanColumn(string name, Func<Fleet, Drain, string> text) : IColumn
    {
        public string Id => ColumnName;

        public string ColumnName => name;

        public string Legend => $"{name} of the plan";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => false;

        public UnitType UnitType => UnitType.Dimensionless;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            var (fleet, request) = Given((int)benchmarkCase.Parameters[nameof(Drained)]);
            return text(fleet, DrainPlanner.Plan(fleet, request, Now));
        }

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
