using System.Diagnostics;
using System.Globalization;
using Mesh.Testing.Fixtures;
using Spectre.Console;

namespace Mesh.Benchmarks;

/// <summary>
/// What the mesh costs: one real guest is moved between two hosts by <c>virsh migrate --live --p2p</c> and by <c>mesh migrate --watch</c>
/// in turn, in one run. Total time is the wall time of the command; the downtime is libvirt's own, read the same way for both.
/// </summary>
internal static class Overhead
{
    private const string Guest = "weighed";
    private const int BandwidthMebibytes = 32;

    private sealed record Measurement(double TotalSeconds, double JobSeconds, double DowntimeMs);

    public static async Task<int> RunAsync(int pairs)
    {
        await using var mesh = new MeshSystem();
        await mesh.StartAsync();
        await mesh.StartGuestAsync("hosta", Guest, "WS=256", "RATE=4", "MEM=400");

        var virsh = new List<Measurement>();
        var meshed = new List<Measurement>();
        var (from, to) = ("hosta", "hostb");
        for (var pair = 0; pair < pairs; pair++)
            foreach (var byMesh in pair % 2 == 0 ? new[] { false, true } : [true, false])
            {
                var move = byMesh ? await ByMeshAsync(mesh, from, to) : await ByVirshAsync(mesh, from, to);
                (byMesh ? meshed : virsh).Add(move);
                Console.WriteLine($"{(byMesh ? "mesh " : "virsh")} {from} -> {to}: {move.TotalSeconds:0.00} s, job {move.JobSeconds:0.00} s, downtime {move.DowntimeMs:0} ms");
                (from, to) = (to, from);
            }

        await mesh.Bed.VerifyGuestAsync(from, Guest);
        Print(virsh, meshed);
        return 0;
    }

    private static async Task<Measurement> ByVirshAsync(MeshSystem mesh, string from, string to)
    {
        await mesh.Bed.VirshAsync(from, "migrate-setspeed", Guest, BandwidthMebibytes.ToString(CultureInfo.InvariantCulture));
        return await MeasureAsync(mesh, to, async () => await mesh.Bed.VirshAsync(from, "migrate", "--live", "--p2p", Guest, $"qemu+tcp://{to}/system"));
    }

    private static async Task<Measurement> ByMeshAsync(MeshSystem mesh, string from, string to)
    {
        await mesh.AwaitRunningOnAsync(Guest, from);
        return await MeasureAsync(mesh, to, async () =>
        {
            var result = await mesh.MigrateAsync(Guest, to, "--bandwidth", BandwidthMebibytes.ToString(CultureInfo.InvariantCulture));
            if (result.ExitCode != 0)
                throw new InvalidOperationException($"{result}\n{mesh.CollectOutput()}");
        });
    }

    private static async Task<Measurement> MeasureAsync(MeshSystem mesh, string to, Func<Task> move)
    {
        var clock = Stopwatch.StartNew();
        await move();
        var total = clock.Elapsed.TotalSeconds;
        var stats = await mesh.Bed.VirshAsync(to, "domjobinfo", Guest, "--completed", "--anystats", "--rawstats");
        return new Measurement(total, Stat(stats, "time_elapsed") / 1000, Stat(stats, "downtime"));
    }

    private static double Stat(string stats, string name)
    {
        var line = stats.Split('\n').Select(line => line.Trim().Split(':', 2)).FirstOrDefault(parts => parts.Length == 2 && parts[0].Trim() == name)
            ?? throw new InvalidOperationException($"libvirt gave no {name}: {stats}");
        return double.Parse(line[1], CultureInfo.InvariantCulture);
    }

    private static void Print(List<Measurement> virsh, List<Measurement> meshed)
    {
        var table = new Table().AddColumns("median of " + virsh.Count, "virsh", "mesh", "ratio");
        Add("total time of the command, s", move => move.TotalSeconds, "0.00");
        Add("job in libvirt, s", move => move.JobSeconds, "0.00");
        Add("actual downtime, ms", move => move.DowntimeMs, "0");
        AnsiConsole.Write(table);

        void Add(string what, Func<Measurement, double> of, string format)
        {
            var (left, right) = (Median(virsh.Select(of)), Median(meshed.Select(of)));
            table.AddRow(what, left.ToString(format), right.ToString(format), (right / left).ToString("0.000"));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
