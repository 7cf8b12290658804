using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_moves_are_scheduled
{
    private const double Second = 1e-6;

    [Fact]
    public void Should_never_exceed_a_limit_or_overcommit_a_link()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var links = RandomLinks(random);
            var moves = RandomMoves(random);
            var times = MoveSchedule.Build(moves, links);
            var planned = moves.Zip(times, (move, time) => new Timed(move, time)).ToArray();
            planned.Count(each => each.Times.IsExclusive).ShouldBe(moves.Count(move => links.NeedsExclusiveLink(move.From, move.To, move.DirtyRate)));
            planned.ShouldAllBe(each => each.Times.Duration > TimeSpan.Zero && each.Begin >= each.Move.NotBefore.TotalSeconds - Second);
            foreach (var at in planned.Select(each => each.Begin + (2 * Second)))
                CheckMoment([.. planned.Where(each => each.Begin <= at && at < each.End - Second)], links, $"seed {seed}, at {at} s");
            foreach (var host in links.Usable.Keys)
            {
                CheckLink([.. planned.Where(each => each.Move.From == host)], links.UsableRate(host), $"seed {seed}, from {host}");
                CheckLink([.. planned.Where(each => each.Move.To == host)], links.UsableRate(host), $"seed {seed}, to {host}");
            }

            (MoveSchedule.Makespan(times) >= DrainBounds.ComputeForPlan(moves, links) - TimeSpan.FromSeconds(0.001)).ShouldBeTrue($"seed {seed}: no plan beats the bound");
        }
    }

    [Fact]
    public void Should_share_a_link_fairly_and_give_the_last_move_all_of_it()
    {
        var links = Links(new SchedulingLimits(), (0, 100), (1, 100), (2, 100));
        var times = MoveSchedule.Build([Move(0, 1, 1000), Move(0, 2, 500)], links);
        Seconds(times[1]).ShouldBe((0, 10), "each has 50 MiB/s");
        Seconds(times[0]).ShouldBe((0, 15), "500 MiB are left then, and 100 MiB/s");
    }

    [Fact]
    public void Should_give_unused_bandwidth_to_the_other_move()
    {
        var links = Links(new SchedulingLimits { BandwidthFloor = BytesPerSecond.FromMebibytes(1) }, (0, 100), (1, 20), (2, 100));
        var times = MoveSchedule.Build([Move(0, 1, 200), Move(0, 2, 800)], links);
        Seconds(times[0]).ShouldBe((0, 10));
        Seconds(times[1]).ShouldBe((0, 10));
    }

    [Fact]
    public void Should_start_no_more_moves_than_leave_each_the_floor()
    {
        var links = Links(new SchedulingLimits { OutboundPerHost = 8, BandwidthFloor = BytesPerSecond.FromMebibytes(40) }, (0, 100), (1, 100), (2, 100), (3, 100));
        MoveSchedule.Build([Move(0, 1, 100), Move(0, 2, 100), Move(0, 3, 100)], links).Count(times => times.StartsAfter == TimeSpan.Zero).ShouldBe(2);
    }

    [Fact]
    public void Should_give_a_busy_vm_its_links_to_itself()
    {
        var links = Links(new SchedulingLimits(), (0, 100), (1, 100), (2, 100), (3, 100));
        PlannedMove[] moves =
        [
            Move(0, 1, 1000),
            Move(0, 2, 1000) with { DirtyRate = BytesPerSecond.FromMebibytes(70) },
            Move(0, 3, 1000),
            Move(3, 1, 100),
        ];
        var times = MoveSchedule.Build(moves, links);
        times.Select(time => time.IsExclusive).ShouldBe([false, true, false, false]);
        times[1].StartsAfter.ShouldBeGreaterThanOrEqualTo(times[0].Duration, "the first was on the link before");
        times[1].Duration.TotalSeconds.ShouldBe(MigrationPrediction.PreCopyDuration(moves[1].DataSize, BytesPerSecond.FromMebibytes(100), moves[1].DirtyRate).TotalSeconds, 0.001);
        times[2].StartsAfter.ShouldBeGreaterThanOrEqualTo(times[1].StartsAfter + times[1].Duration);
        times[3].StartsAfter.ShouldBe(TimeSpan.Zero, "it is in nobody's way");
    }

    [Fact]
    public void Should_continue_from_running_migrations()
    {
        var links = Links(new SchedulingLimits { OutboundPerHost = 1 }, (0, 100), (1, 100));
        var times = MoveSchedule.Build([Move(0, 1, 1000) with { IsUnderWay = true, DoneFraction = 0.75 }, Move(0, 1, 1000)], links);
        Seconds(times[0]).ShouldBe((0, 2.5));
        Seconds(times[1]).ShouldBe((2.5, 10));

        times = MoveSchedule.Build([Move(0, 1, 1000) with { IsUnderWay = true, DoneFraction = 0.75, EndsAfter = TimeSpan.FromSeconds(30) }, Move(0, 1, 1000)], links);
        Seconds(times[1]).ShouldBe((30, 10), "the forecast knows better");
    }

    private sealed record Timed(PlannedMove Move, MoveTimes Times)
    {
        public double Begin => Times.StartsAfter.TotalSeconds;

        public double End => Begin + Times.Duration.TotalSeconds;
    }

    private static void CheckMoment(Timed[] running, LinkLimits links, string when)
    {
        running.Length.ShouldBeLessThanOrEqualTo(links.Limits.ClusterMax, when);
        foreach (var from in running.GroupBy(each => each.Move.From))
            from.Count().ShouldBeLessThanOrEqualTo(Math.Min(links.Outbound, Scheduler.Predicting.LinkCapacity.MaxConcurrent(links.UsableRate(from.Key), links.Limits)), when);
        foreach (var to in running.GroupBy(each => each.Move.To))
            to.Count().ShouldBeLessThanOrEqualTo(Math.Min(links.Limits.InboundPerHost, Scheduler.Predicting.LinkCapacity.MaxConcurrent(links.UsableRate(to.Key), links.Limits)), when);
        foreach (var alone in running.Where(each => each.Times.IsExclusive))
            running.Count(each => each.Move.From == alone.Move.From || each.Move.To == alone.Move.To).ShouldBe(1, when);
    }

    // A move that lies between two times must have passed the link between them.
    private static void CheckLink(Timed[] planned, BytesPerSecond rate, string which)
    {
        foreach (var begin in planned.Select(each => each.Begin).Distinct())
            foreach (var end in planned.Select(each => each.End).Where(end => end > begin).Distinct())
                planned.Where(each => each.Begin >= begin - Second && each.End <= end + Second).Sum(each => (double)each.Move.DataSize.Count)
                    .ShouldBeLessThanOrEqualTo((rate.Count + 1) * (end - begin + 0.001), which);
    }

    private static LinkLimits RandomLinks(Random random) => Links(
        new SchedulingLimits
        {
            ClusterMax = random.Next(1, 9),
            OutboundPerHost = random.Next(1, 4),
            InboundPerHost = random.Next(1, 4),
            BandwidthFloor = BytesPerSecond.FromMebibytes(random.Next(1, 60)),
        },
        [.. Enumerable.Range(0, 6).Select(host => (host, random.Next(50, 400)))]);

    private static PlannedMove[] RandomMoves(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 25)).Select(_ => Move(random.Next(0, 3), random.Next(3, 6), random.Next(1, 5000)) with
        {
            DirtyRate = random.Next(3) > 0 ? null : BytesPerSecond.FromMebibytes(random.Next(0, 150)),
            NotBefore = random.Next(5) > 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(random.Next(0, 60)),
        }),
    ];

    private static LinkLimits Links(SchedulingLimits limits, params (int Host, int Mebibytes)[] rates) => new(
        limits, limits.OutboundPerHost, rates.ToDictionary(rate => SimulatedFleet.Host(rate.Host), rate => BytesPerSecond.FromMebibytes(rate.Mebibytes)));

    private static PlannedMove Move(int from, int to, double mebibytes) =>
        new() { From = SimulatedFleet.Host(from), To = SimulatedFleet.Host(to), DataSize = Bytes.FromMebibytes(mebibytes) };

    private static (double Starts, double Takes) Seconds(MoveTimes times) => (Math.Round(times.StartsAfter.TotalSeconds, 3), Math.Round(times.Duration.TotalSeconds, 3));
}
