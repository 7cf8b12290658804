using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Tests.Queueing;

public sealed class When_the_queue_is_forecast
{
    private static SchedulingLimits OneByOne(SchedulingLimits limits) => limits with { OutboundPerHost = 1, PreparingPerHost = 0, LinkShare = new(100) };

    private static MigrationView EndingIn(MigrationView migration, double seconds) =>
        migration with { Forecast = new MigrationForecast { Converges = true, TimeToEnd = TimeSpan.FromSeconds(seconds), Text = "" } };

    private static double? Start(IReadOnlyList<QueuedMigration> queue, string id) =>
        queue.Single(queued => queued.Id.Value == id).ExpectedStart is { } start ? Math.Round((start - Given.Now).TotalSeconds, 2) : null;

    [Fact]
    public void Should_be_empty_when_nothing_waits() => QueueForecast.Create(Given.Fleet(Given.Running("r", "a", "b")), Given.Now, Given.To()).ShouldBeEmpty();

    [Fact]
    public void Should_start_each_when_those_before_it_have_ended()
    {
        // 1 GiB each over 1024 MiB/s takes 1 s.
        var running = EndingIn(Given.Running("r", "a", "b"), 30);
        var fleet = (Given.Fleet(running, Given.Waiting("m2", "a", 10), Given.Waiting("m1", "a", 20), Given.Waiting("m3", "c")) with
        {
            Hosts = [.. "abcd".Select(name => Given.Host($"{name}", 1024))],
        }).With(OneByOne);
        var queue = QueueForecast.Create(fleet, Given.Now, Given.To("b"));
        queue.Select(queued => $"{queued.Position} {queued.Id}").ShouldBe(["1 m1", "2 m2", "3 m3"]);
        Start(queue, "m1").ShouldBe(30);
        Start(queue, "m2").ShouldBe(31);
        Start(queue, "m3").ShouldBe(0);
        queue[0].WaitReason.ShouldBe("an outbound slot on a: 1 of 1 in use");
        queue[2].WaitReason.ShouldBe("the next scheduling pass, which admits it");
        queue[2].Destination!.Value.Value.ShouldBe("b");
    }

    [Fact]
    public void Should_consider_the_dirty_rate()
    {
        var fleet = (Given.Fleet(Given.Waiting("m1", "a", 20), Given.Waiting("m2", "a", 10)) with
        {
            Hosts = [.. "abcd".Select(name => Given.Host($"{name}", 1024))],
            Histories = [new VmMigrationHistory(Given.Vm("m1"), BytesPerSecond.FromMebibytes(512), BytesPerSecond.FromMebibytes(1024), Given.Now)],
        }).With(OneByOne);
        Start(QueueForecast.Create(fleet, Given.Now, Given.To("b")), "m2").ShouldBe(1.75, "passes of 1, 0.5 and 0.25 s");
    }

    [Fact]
    public void Should_use_the_remaining_data_without_a_forecast()
    {
        var running = Given.Running("r", "a", "b") with
        {
            Sample = new MigrationSample
            {
                MigrationId = new("r"),
                Epoch = new(1),
                VmId = Given.Vm("r"),
                Phase = JobPhase.PreCopy,
                Copy = new() { Bandwidth = BytesPerSecond.FromMebibytes(50), Memory = new(Bytes.FromGibibytes(1), Bytes.FromMebibytes(500), Bytes.FromMebibytes(524)) },
            },
        };
        Start(QueueForecast.Create(Given.Fleet(running, Given.Waiting("m", "a")).With(OneByOne), Given.Now, Given.To("b")), "m").ShouldBe(10);
    }

    [Fact]
    public void Should_consider_back_offs()
    {
        var queue = QueueForecast.Create(Given.Fleet(Given.Waiting("m", "a").FailedAt("c", 5)).With(OneByOne), Given.Now, Given.To("b"));
        Start(queue, "m").ShouldBe(15);
        queue[0].WaitReason.ShouldBe("the back-off after a failed attempt: 15 s left");
    }

    [Fact]
    public void Should_predict_nothing_for_a_vm_that_no_host_can_take()
    {
        var fleet = Given.Fleet(EndingIn(Given.Running("r", "c", "b"), 30), Given.Waiting("m1", "a", 20), Given.Waiting("m2", "a", 1000)).With(OneByOne);
        var queue = QueueForecast.Create(fleet, Given.Now, Given.To());
        Start(queue, "m1").ShouldBeNull();
        queue[0].WaitReason.ShouldBe("its rejection: no host can take the VM");
        queue[1].WaitReason.ShouldBe("a host that can take the VM: no host is up");
    }

    [Fact]
    public void Should_show_prepared_migrations_and_count_preparing_ones_as_prepared()
    {
        var preparing = Given.Prepared("m2", "a", "d", 50) with { Phase = MigrationPhase.Preparing };
        var fleet = Given.Fleet(EndingIn(Given.Running("r", "a", "b"), 30), Given.Prepared("m1", "a", "c", 100), preparing).With(OneByOne);
        var queue = QueueForecast.Create(fleet, Given.Now, Given.To());
        queue.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            queued => queued.Phase.ShouldBe(MigrationPhase.Ready), queued => queued.Destination!.Value.Value.ShouldBe("c"),
            queued => queued.WaitingSince.ShouldBe(Given.Now - TimeSpan.FromSeconds(100)));
        Start(queue, "m1").ShouldBe(30);
    }

    [Fact]
    public void Should_bound_its_work_for_a_long_queue()
    {
        var fleet = Given.Fleet([.. Enumerable.Range(0, 1000).Select(number => Given.Waiting($"m{number:d4}", "a", 2000 - number))]);
        var queue = QueueForecast.Create(fleet, Given.Now, Given.To("b", "c"));
        queue.Count.ShouldBe(1000);
        queue[0].ExpectedStart.ShouldBe(Given.Now);
        queue[199].ExpectedStart.ShouldNotBeNull();
        queue[200].ExpectedStart.ShouldBeNull("that is too far ahead");
        queue.Zip(queue.Skip(1)).ShouldAllBe(pair => pair.Second.ExpectedStart == null || pair.First.ExpectedStart <= pair.Second.ExpectedStart);
    }
}
