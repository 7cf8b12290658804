using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Tests.Worlds;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Forecasting;

public sealed class When_a_migration_is_forecast_from_samples
{
    [Fact]
    public void Should_ignore_the_time_before_data_flows()
    {
        var estimator = See(Given.Sample(1, 0, processed: 0, bandwidth: 0), Given.Sample(2, 0, processed: 0, bandwidth: 0), Given.Sample(3, 1, processed: 50, bandwidth: 0));
        estimator.Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(50), "the data sent in a second, whatever QEMU reports");
    }

    [Fact]
    public void Should_smooth_the_rate_and_not_trust_its_first_value()
    {
        var (first, second) = (Given.Sample(1, processed: 1, bandwidth: 900), Given.Sample(2, processed: 101, bandwidth: 40));
        See(first).Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(900), "there is no other");
        See(first, second).Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(100), "100 MiB were sent in the second");
        See(first, second, Given.Sample(3, processed: 301)).Bandwidth!.Value.Mebibytes.ShouldBe(140, tolerance: 0.1, "0.4 of the new one");
        See(first, second, Given.Sample(3, processed: 301), Given.Sample(4, processed: 301, bandwidth: 0)).Bandwidth!.Value.Mebibytes.ShouldBe(84, tolerance: 0.1);
    }

    [Fact]
    public void Should_weigh_samples_by_the_time_between_them()
    {
        var often = See([.. Enumerable.Range(0, 9).Select(sample => Given.Sample(1 + sample / 2.0, processed: sample < 5 ? 50 * sample : 200 + 100 * (sample - 4)))]);
        var rarely = See([.. new[] { 0.0, 100, 200, 400, 600 }.Select((processed, sample) => Given.Sample(1 + sample, processed: processed))]);
        often.Bandwidth!.Value.Mebibytes.ShouldBe(rarely.Bandwidth!.Value.Mebibytes, tolerance: 0.1);
    }

    [Fact]
    public void Should_remember_what_the_link_usually_carries_and_forget_it_in_minutes()
    {
        TraceSample[] fast = [.. Enumerable.Range(1, 10).Select(at => Given.Sample(at))];
        TraceSample[] slow = [.. Enumerable.Range(1, 300).Select(at => Given.Sample(10 + at, processed: 1000 + 20 * at))];
        See([.. fast, .. slow.Take(20)]).UsualBandwidth.Mebibytes.ShouldBeInRange(70, 90);
        See([.. fast, .. slow]).UsualBandwidth.Mebibytes.ShouldBe(20, tolerance: 1);
    }

    [Fact]
    public void Should_reconstruct_exactly_what_a_pass_between_two_samples_left_dirty()
    {
        // The pass has 20 MiB left to its end at 30 MiB, QEMU's 300 ms; it finds 200 MiB, of which 80 have been sent at the sample.
        var estimator = See(Given.Sample(19, 1, 150, 1898), Given.Sample(20, 1, 50, 1998), Given.Sample(21, 2, 150, 2098));
        var pass = estimator.Passes.ShouldHaveSingleItem();
        pass.Dirtied.Mebibytes.ShouldBe(200, tolerance: 0.1);
        pass.Unsent.Mebibytes.ShouldBeInRange(28, 31);
        (pass.StartedAt + pass.Duration).TotalSeconds.ShouldBe(20.2, tolerance: 0.05);
        estimator.CurrentPass!.Pending.Mebibytes.ShouldBe(230, tolerance: 2);
        estimator.PassCount.ShouldBe(1);
    }

    [Fact]
    public void Should_divide_dirty_memory_among_several_passes_between_two_samples()
    {
        // Only the sum is known: 4 passes, 25 MiB each.
        var estimator = See(Given.Sample(19, 1, 130, 1918), Given.Sample(20, 1, 30, 2018), Given.Sample(21, 5, 30, 2118));
        estimator.PassCount.ShouldBe(4);
        estimator.Passes.Count.ShouldBe(2);
        estimator.Passes.ShouldAllBe(pass => Math.Abs(pass.Dirtied.Mebibytes - 25) < 8);
    }

    [Fact]
    public void Should_not_count_a_pass_whose_start_it_has_not_observed()
    {
        var estimator = See(Given.Sample(100, 7, 150), Given.Sample(101, 7, 50), Given.Sample(102, 8, 150));
        estimator.PassCount.ShouldBe(0);
        estimator.WorkingSet.ShouldBeNull();
        See(Given.Sample(100, 7, 150), Given.Sample(101, 7, 50), Given.Sample(102, 8, 150), Given.Sample(103, 9, 150)).PassCount.ShouldBe(1);
    }

    [Fact]
    public void Should_ignore_late_samples_and_start_over_with_another_job()
    {
        TraceSample[] samples = [Given.Sample(19, 1, 150, 1898), Given.Sample(20, 1, 50, 1998), Given.Sample(21, 2, 150, 2098)];
        var estimator = See(samples);
        Json(Observe(estimator, samples[1])).ShouldBe(Json(estimator));
        Json(Observe(estimator, samples[2])).ShouldBe(Json(estimator));
        Observe(estimator, Given.Sample(22, 1)).PassCount.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void Should_estimate_how_much_is_written_in_how_long(double seconds)
    {
        // 8 GiB, each page about every 10 s; the passes take from 13 s down to 1 s.
        var workload = Workload.HotSpot("warm", 8 * 1024, 0.1).Emulated;
        var sent = seconds * workload.Link;
        var found = Watched(workload, 30).WorkingSet!;
        found.Likely.LeftDirty(seconds, workload.Bytes, sent, sent).ShouldBe(8.0 * (1L << 30) * (1 - Math.Exp(-seconds / 10)), tolerance: 0.15 * (1L << 30));
        found.Fastest.RewriteTime.ShouldBeLessThanOrEqualTo(found.Likely.RewriteTime);
        found.Slowest.RewriteTime.ShouldBeGreaterThanOrEqualTo(found.Likely.RewriteTime);
    }

    [Fact]
    public void Should_report_an_unknown_rate_for_a_hot_spot_that_is_rewritten_in_every_pass()
    {
        var found = Watched(Workload.HotSpotAbove, 60).WorkingSet!;
        (found.Slowest.RewriteTime / found.Fastest.RewriteTime).ShouldBeGreaterThan(4);
    }

    [Fact]
    public void Should_find_the_same_working_set_if_the_guest_is_throttled()
    {
        var free = new SteeredMigration(Workload.Uniform15, Given.Policy);
        var slowed = new SteeredMigration(Workload.Uniform15, Given.Policy) { State = free.State with { Tuning = new TuningParameters { Throttle = new Percent(20) } } };
        slowed.World.Do(new PlannedAction(default, PolicyActionKind.Throttle, "") { Parameters = new() { Throttle = new Percent(20) } });
        Rate(slowed.Run(40)).ShouldBe(Rate(free.Run(40)), tolerance: 0.1 * (1L << 30));

        static double Rate(SteeredMigration steered) =>
            steered.State.Estimator.WorkingSet!.Likely.LeftDirty(3, Workload.Uniform15.Bytes, 3L << 30, 3L << 30) / 3;
    }

    [Fact]
    public void Should_notice_a_change_of_the_workload()
    {
        var published = new List<bool>();
        var steered = new SteeredMigration(Workload.Uniform15 with { ActivityAt = time => time < 60 ? 1 : 0.5 }, Given.Policy);
        steered.Run(60, each => published.Add(each.State.Estimator.PassCount < 3 || each.Forecast!.Converges));
        published.TakeLast(30).ShouldAllBe(converges => !converges);
        published.Clear();
        steered.Run(200, each => published.Add(each.Forecast!.Converges)).World.IsOver.ShouldBeTrue();
        published.Skip(published.Count / 2).ShouldAllBe(converges => converges);
    }

    [Fact]
    public void Should_store_no_more_than_it_needs()
    {
        var most = new EstimatorState();
        new SteeredMigration(Workload.HotSpotBelow, Given.Policy, seed: 1).Run(200, steered =>
        {
            most = steered.State.Estimator;
            most.Passes.Count.ShouldBeLessThanOrEqualTo(24);
            most.LowPoints.Count.ShouldBeLessThanOrEqualTo(17);
            most.LowPassStarts.Count.ShouldBeLessThanOrEqualTo(17);
        });
        most.PassCount.ShouldBeGreaterThan(500);
        Json(most).Length.ShouldBeLessThan(8000);
    }

    [Fact]
    public void Should_continue_after_a_restart_as_without_one()
    {
        var published = Run(isStored: false);
        published.Count.ShouldBeGreaterThan(30);
        Run(isStored: true).ShouldBe(published);

        static List<string> Run(bool isStored)
        {
            var texts = new List<string>();
            new SteeredMigration(Workload.Mixture, Given.Policy, seed: 4) { IsStored = isStored }.Run(100, steered => texts.Add(steered.Forecast?.Text ?? ""));
            return texts;
        }
    }

    [Fact]
    public void Should_accept_any_telemetry()
    {
        var policy = Given.Policy with { Adaptive = new AdaptiveRule(), Start = new() { AutoConverge = true } };
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var (plan, at, iteration) = (new PlanDriver(policy), 0.0, 0L);
            for (var sample = 0; sample < 40; sample++)
            {
                (at, iteration) = (at + random.NextDouble() * random.Next(0, 4), Math.Max(0, iteration + random.Next(-1, 4)));
                plan.Observe(Given.Sample(
                    Given.Seconds(at), iteration, Amount(random), Amount(random), Amount(random), new BytesPerSecond(Amount(random).Count), random.Next(3) * 1000,
                    new Bytes(random.Next(2) * 4096), random.Next(12) / 10 == 1 ? JobPhase.PostCopy : JobPhase.PreCopy));
                if (PolicyEngine.Forecast(plan.Plan) is { } forecast)
                    (forecast.Text.Length > 0 && forecast.Converges == (forecast.Reason.Length == 0) && !forecast.Text.Contains("NaN", StringComparison.Ordinal))
                        .ShouldBeTrue($"seed {seed}: {forecast.Text}");
            }
        }

        static Bytes Amount(Random random) => new(random.Next(5) switch
        {
            0 => 0,
            1 => random.Next(100_000),
            2 => long.MaxValue / 4,
            _ => random.NextInt64(20L << 30),
        });
    }

    private static EstimatorState See(params TraceSample[] samples) =>
        samples.Aggregate(EstimatorState.Empty, Observe);

    private static EstimatorState Observe(EstimatorState state, TraceSample sample) => Estimator.Observe(state, sample.Phase, sample.Copy, new TuningParameters());

    private static EstimatorState Watched(Workload workload, double seconds) => new SteeredMigration(workload, Given.Policy).Run(seconds).State.Estimator;

    private static string Json(EstimatorState estimator) => JsonSerializer.Serialize(estimator, MeshJson.Options);
}
