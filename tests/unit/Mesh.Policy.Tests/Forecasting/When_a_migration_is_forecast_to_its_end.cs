using Mesh.Contracts.Policies;
using Mesh.Policy.Tests.Worlds;

namespace Mesh.Policy.Tests.Forecasting;

/// <summary>
/// Compares every forecast after the third pass with the outcome of the migration. The guests are not modelled by working-set curves,
/// and each is migrated without jitter and with three different jitters.
/// </summary>
public sealed class When_a_migration_is_forecast_to_its_end(ITestOutputHelper output)
{
    private static readonly MigrationPolicy Nothing = new() { Name = "virsh", Description = "Does nothing." };

    private static readonly IReadOnlyList<Workload> Workloads =
    [
        Workload.Idle, Workload.ReadMostly, Workload.HotSpotBelow, Workload.HotSpotAbove, Workload.Warm, Workload.MemoryBound, Workload.Bursty10,
        Workload.Bursty4, Workload.LinkDrop,
        .. new[] { 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.5 }.Select(Workload.Uniform),
        Workload.HotSpot("hot spot 300 MiB, 20/s", 300, 20), Workload.HotSpot("hot spot 1000 MiB, 1/s", 1000, 1),
        Workload.HotSpot("warm 2000 MiB, 0.5/s", 2000, 0.5), Workload.HotSpot("hot 2000 MiB, 1/s", 2000, 1), Workload.HotSpot("hot 6000 MiB, 0.2/s", 6000, 0.2),
    ];

    [Fact]
    public void Should_predict_whether_it_ends_and_when()
    {
        var scores = Workloads.Select(Score).ToList();
        Write(scores);

        // Those that never end have more forecasts, so the others are scored separately as well.
        Right(scores).ShouldBeGreaterThan(0.95);
        Right(scores.Where(score => score.Ended)).ShouldBeGreaterThan(0.9);
        Near(scores).ShouldBeGreaterThan(0.95, "within a factor of two");
    }

    [Fact]
    public void Should_predict_almost_as_well_if_the_CPU_is_emulated()
    {
        var scores = Workloads.Select(workload => Score(workload.Emulated)).ToList();
        Write(scores);

        Right(scores).ShouldBeGreaterThan(0.9);
        Right(scores.Where(score => score.Ended)).ShouldBeGreaterThan(0.85);
        Near(scores).ShouldBeGreaterThan(0.9, "within a factor of two");
    }

    private static Result Score(Workload workload)
    {
        var result = new Result(workload.Name);
        foreach (var seed in new int?[] { null, 1, 2, 3 })
        {
            var published = new List<(double At, bool Converges, double? Left)>();
            var world = new SteeredMigration(workload, Nothing, seed).Run(120, steered =>
            {
                if (steered.State.Estimator.PassCount >= 3 && steered.World.Time < 60)
                    published.Add((steered.World.Time, steered.Forecast!.Converges, steered.Forecast.TimeToEnd?.TotalSeconds));
            }).World;
            result = result with
            {
                Ended = world.IsOver,
                Time = world.Time,
                Forecasts = result.Forecasts + published.Count,
                Right = result.Right + published.Count(forecast => forecast.Converges == world.IsOver),
                Timed = result.Timed + published.Count(forecast => world.IsOver && forecast.Converges),
                Near = result.Near + published.Count(forecast => world.IsOver && forecast.Converges && IsNear(forecast.Left!.Value, world.Time - forecast.At)),
            };
        }

        return result;
    }

    // A difference of half a second is not an error of a forecast in seconds.
    private static bool IsNear(double forecast, double actual) => (forecast + 0.5) / (actual + 0.5) is > 0.5 and < 2;

    private static double Right(IEnumerable<Result> results) => results.Sum(result => result.Right) / (double)results.Sum(result => result.Forecasts);

    private static double Near(IReadOnlyList<Result> results) => results.Sum(result => result.Near) / (double)results.Sum(result => result.Timed);

    private void Write(List<Result> results)
    {
        foreach (var result in results)
            output.WriteLine($"{result.Name,-40} {(result.Ended ? $"ends after {result.Time:0} s" : "does not end"),-20} "
                + $"right {result.Right}/{result.Forecasts}, time within a factor of two {result.Near}/{result.Timed}");
        output.WriteLine($"right {Right(results):P1}, of those that end {Right(results.Where(result => result.Ended)):P1}, "
            + $"time within a factor of two {Near(results):P1}");
    }

    private sealed record Result(string Name)
    {
        public bool Ended { get; init; }

        public double Time { get; init; }

        public int Forecasts { get; init; }

        public int Right { get; init; }

        public int Timed { get; init; }

        public int Near { get; init; }
    }
}
