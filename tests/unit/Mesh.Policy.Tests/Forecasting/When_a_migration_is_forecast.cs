using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Tests.Worlds;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Forecasting;

public sealed class When_a_migration_is_forecast
{
    private static readonly MigrationPolicy Nothing = new() { Name = "virsh", Description = "Does nothing." };

    [Fact]
    public void Should_forecast_nothing_before_any_data_was_sent()
    {
        PolicyEngine.Forecast(PolicyEngine.CreatePlan(Nothing, Given.Subject)).ShouldBeNull();
        PolicyEngine.Forecast(new PlanDriver(Nothing).Observe(Given.Sample(1, 0, processed: 0, bandwidth: 0), Given.Sample(2, 0, processed: 0, bandwidth: 0)).Plan)
            .ShouldBeNull();
    }

    [Fact]
    public void Should_forecast_only_the_end_of_the_first_pass_during_it()
    {
        var forecast = Seen(Given.Sample(1, remaining: 1948), Given.Sample(2, remaining: 1848));
        forecast.Converges.ShouldBeTrue();
        forecast.TimeToEnd.ShouldBeNull();
        forecast.Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(100));
        forecast.Text.ShouldBe("first pass over memory, which ends in about 18 s; dirty rate unknown until then");
    }

    [Fact]
    public void Should_forecast_more_during_the_first_pass_if_the_dirty_rate_is_known()
    {
        var forecast = Seen([.. new[] { Given.Sample(1, remaining: 1948), Given.Sample(2, remaining: 1848) }.Select(sample => sample.Change(copy => copy with { DirtyPagesPerSecond = 5120 }))]);
        forecast.DirtyRate.ShouldBe(BytesPerSecond.FromMebibytes(20));
        forecast.Converges.ShouldBeTrue();
        forecast.TimeToEnd!.Value.TotalSeconds.ShouldBeInRange(18.5, 22, "18 s for the pass, and about 2 s for memory dirtied meanwhile");
    }

    [Fact]
    public void Should_count_zero_pages_by_their_cost()
    {
        // Half of the processed pages are sent.
        var forecast = Seen(Given.Sample(1, remaining: 1848), Given.Sample(2, remaining: 1648));
        forecast.Text.ShouldStartWith("first pass over memory, which ends in about 8.2 s");
    }

    [Fact]
    public void Should_count_memory_that_follows_the_disks()
    {
        var subject = Given.Subject with { Disks = [Bytes.FromGibibytes(1)] };
        var samples = new[] { Given.Sample(1, 0, 924), Given.Sample(2, 0, 824) }.Select(sample => sample.Change(copy => copy with { Memory = copy.Memory with { Total = Bytes.FromGibibytes(1) } }));
        var forecast = PolicyEngine.Forecast(new PlanDriver(Nothing, subject).Observe([.. samples]).Plan)!;
        forecast.Converges.ShouldBeTrue();
        forecast.Text.ShouldBe("before the first pass over memory, which ends in about 29 s");
    }

    [Fact]
    public void Should_forecast_the_end_of_a_suspended_VM_to_the_second()
    {
        var stands = new PlanDriver(Nothing)
            .Observe(Given.Sample(10, remaining: 1048), Given.Sample(11, remaining: 948))
            .Observe(Given.Sample(12, remaining: 848, phase: JobPhase.SwitchOver), Given.Sample(14, remaining: 648, phase: JobPhase.SwitchOver));
        var forecast = PolicyEngine.Forecast(stands.Plan)!;
        forecast.TimeToEnd.ShouldBe(Given.Seconds(6.5));
        forecast.Downtime.ShouldBe(Given.Seconds(8.5), "it has been paused for two seconds already");
        forecast.Text.ShouldBe("VM suspended: ends in about 6.5 s with 8.5 s of downtime");
    }

    [Fact]
    public void Should_forecast_the_end_of_post_copy()
    {
        var forecast = Seen(Given.Sample(10, 3, 1000), Given.Sample(11, 3, 900, phase: JobPhase.PostCopy));
        forecast.Converges.ShouldBeTrue();
        forecast.TimeToEnd.ShouldBe(Given.Seconds(9));
        forecast.Downtime.ShouldBeNull("the switchover has already happened");
        forecast.Text.ShouldBe("post-copy: the VM runs on the destination, 900 MiB remain, pulled in about 9 s");
    }

    [Fact]
    public void Should_assume_that_requested_post_copy_starts()
    {
        var ordered = new PlanDriver(Nothing).Observe(Given.Sample(10, 3, 1000), Given.Sample(11, 3, 900)).SetParameters(tuning => tuning with { IsPostCopy = true });
        PolicyEngine.Forecast(ordered.Plan)!.Text.ShouldBe("switching to post-copy, 900 MiB remain, pulled in about 9 s");
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(12, true)]
    public void Should_report_when_no_data_is_sent_any_more(double seconds, bool isStuck)
    {
        var forecast = Seen(Given.Sample(1, remaining: 1948), Given.Sample(2, remaining: 1848), Given.Sample(2 + seconds, remaining: 1848, processed: 200, bandwidth: 0));
        forecast.Converges.ShouldBe(!isStuck);
        forecast.Reason.ShouldBe(isStuck ? "no data sent for 12 s" : "");
        if (isStuck)
            forecast.Text.ShouldBe("no data sent for 12 s; 1.8 GiB remain");
    }

    [Fact]
    public void Should_forecast_when_it_ends_and_with_which_downtime()
    {
        var steered = new SteeredMigration(Workload.Uniform09, Nothing).Run(25);
        var forecast = steered.Forecast!;
        var end = steered.Run(200).World;

        forecast.Converges.ShouldBeTrue();
        forecast.TimeToEnd!.Value.TotalSeconds.ShouldBe(end.Time - 25, tolerance: 1.5);
        forecast.Downtime!.Value.TotalSeconds.ShouldBe(end.Downtime, tolerance: 0.05);
        forecast.Reason.ShouldBeEmpty();
        forecast.Advice.ShouldBeEmpty();
        forecast.Text.ShouldMatch(@"^ends in about \d(\.\d)? s with 3\d0 ms of downtime$");
    }

    [Fact]
    public void Should_forecast_that_it_will_be_too_late()
    {
        var policy = Nothing with { Limits = new() { CompletionTimeout = Given.Seconds(25) } };
        new SteeredMigration(Workload.Uniform09, policy).Run(22).Forecast!.Text.ShouldMatch(@"^ends in about .* of downtime, .* s past its deadline$");
    }

    [Fact]
    public void Should_explain_why_it_does_not_converge_and_what_would_help()
    {
        var forecast = new SteeredMigration(Workload.HotSpotAbove, Given.Policy with { DowntimeBudget = Given.Seconds(1) }).Run(30).Forecast!;

        forecast.Converges.ShouldBeFalse();
        forecast.TimeToEnd.ShouldBeNull();
        forecast.Downtime!.Value.TotalSeconds.ShouldBe(1.2, tolerance: 0.05, "1.3 GiB at 1.07 GiB/s");
        forecast.Reason.ShouldMatch(
            @"^the guest dirties memory as fast as it is sent, 1\.07 GiB/s: at best 1\.2\d GiB remain, 1\.2 s of downtime, and the maximum downtime is 300 ms$");
        forecast.Advice.ShouldMatch(
            @"^a throttle of (at least )?\d+ %, post-copy or the VM suspended for 1\.\d s; over the budget of 1 s: a maximum downtime of 1\.\d s");
        forecast.Text.ShouldBe($"does not converge because {forecast.Reason}; it would with {forecast.Advice}");
    }

    [Theory]
    [InlineData(true, true, true, "post-copy or the VM suspended for 1.2 s")]
    [InlineData(true, true, false, "not armed at the start: post-copy")]
    [InlineData(false, true, true, "not permitted by the policy: a throttle of")]
    [InlineData(true, false, true, "not allowed for this VM: a throttle of")]
    public void Should_name_permitted_remedies_first_and_what_prevents_the_others(bool permits, bool allows, bool armed, string words)
    {
        var policy = Given.Policy with { Permits = permits ? PolicyPermissions.All : new() };
        var steered = new SteeredMigration(Workload.HotSpotAbove, policy);
        var subject = steered.State.Subject with { Allow = allows ? PolicyPermissions.All : new(), IsPostCopyArmed = armed };
        steered.State = steered.State with { Subject = subject };
        steered.Run(30).Forecast!.Advice.ShouldContain(words);
    }

    [Fact]
    public void Should_name_a_sufficient_bandwidth_if_a_limit_prevents_convergence()
    {
        var policy = Given.Policy with { Start = new() { Bandwidth = BytesPerSecond.FromMebibytes(300) } };
        var steered = new SteeredMigration(Workload.Uniform04, policy);
        steered.World.BandwidthLimit = 300 << 20;
        var forecast = steered.Run(150).Forecast!;

        forecast.Converges.ShouldBeFalse("it writes 440 MiB/s and 300 are sent");
        forecast.Advice.ShouldMatch(@"a bandwidth limit of (3[5-9]\d|[45]\d\d)(\.\d)? MiB/s");
    }

    [Fact]
    public void Should_consider_QEMUs_auto_converge()
    {
        var policy = Given.Policy with { Start = new() { AutoConverge = true } };
        var steered = new SteeredMigration(Workload.Uniform15, policy).Run(30);
        var forecast = steered.Forecast!;
        var end = steered.Run(300).World;

        end.IsOver.ShouldBeTrue();
        forecast.Converges.ShouldBeTrue();
        forecast.TimeToEnd!.Value.TotalSeconds.ShouldBeInRange((end.Time - 30) / 2, (end.Time - 30) * 2);
        forecast.Text.ShouldMatch(@"throttled by QEMU to \d+ % of its speed$");
        new SteeredMigration(Workload.Uniform15, policy with { Permits = new() }).Run(30).Forecast!.Converges.ShouldBeFalse("it is not armed if it is not permitted");
    }

    [Fact]
    public void Should_report_when_the_link_carries_less_than_usual() =>
        new SteeredMigration(Workload.LinkDropLate, Nothing).Run(30).Forecast!.Reason
            .ShouldMatch(@"^the guest dirties [\d.]+ MiB/s of memory and 2[\d.]+ MiB/s is sent where the link usually carries [\d.]+ [MG]iB/s: ");

    private static MigrationForecast Seen(params TraceSample[] samples) => PolicyEngine.Forecast(new PlanDriver(Nothing).Observe(samples).Plan)!;
}
