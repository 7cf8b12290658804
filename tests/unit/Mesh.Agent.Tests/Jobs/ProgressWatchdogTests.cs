using Mesh.Agent.Jobs;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Jobs;

public sealed class ProgressWatchdogTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly MigrationLimits Never = new() { ProgressTimeout = TimeSpan.Zero, CompletionTimeoutPerGiB = TimeSpan.Zero };
    private static readonly AutonomyLimit WithMesh = new(Seconds(10), TimeSpan.Zero);

    [Fact]
    public void A_copy_that_progresses_has_no_findings()
    {
        var limits = new MigrationLimits { ProgressTimeout = Seconds(5), StallingLimit = Seconds(5) };

        Watched(limits, Enumerable.Range(0, 60).Select(i => (Remaining: 1000L - i, Transferred: (long)i))).ShouldBeEmpty();
    }

    [Fact]
    public void A_sawtooth_without_a_new_low_stalls_and_makes_no_progress()
    {
        var limits = new MigrationLimits { ProgressTimeout = Seconds(15), StallingLimit = Seconds(10) };

        // Each tooth is a pass. The low of the first is reached after 4 s and is never undercut, and each begins with as much.
        var sawTooth = Enumerable.Range(0, 31).Select(i => (Pass: 2L + i / 5, Remaining: 10L + 4 - i % 5, Transferred: i * 10L));

        Watched(limits, sawTooth).ShouldBe(
            [
                (14, new WatchdogFinding.Stalled(Seconds(10))),
                (19, new WatchdogFinding.LimitExceeded(HardLimit.ProgressTimeout, Seconds(15))),
                (24, new WatchdogFinding.Stalled(Seconds(20))),
            ]);
    }

    [Fact]
    public void A_migration_that_sends_for_ever_without_coming_nearer_makes_no_progress()
    {
        var limits = Never with { ProgressTimeout = Seconds(5) };

        Watched(limits, Enumerable.Range(0, 30).Select(i => (Pass: i < 3 ? 1L : 1L + i, Remaining: 100L, Transferred: i * 1000L)))
            .ShouldBe([(7, new WatchdogFinding.LimitExceeded(HardLimit.ProgressTimeout, Seconds(5)))]);
    }

    [Fact]
    public void Sending_in_the_first_pass_is_progress()
    {
        var limits = Never with { ProgressTimeout = Seconds(5) };

        Watched(limits, Enumerable.Range(0, 30).Select(i => (Pass: 1L, Remaining: 100L, Transferred: (long)i))).ShouldBeEmpty();
    }

    [Fact]
    public void A_long_pass_that_began_with_less_than_any_before_is_progress_although_it_reaches_no_new_low()
    {
        var limits = Never with { ProgressTimeout = Seconds(5) };

        // The first pass ends with almost nothing left, because QEMU has yet to count what the VM wrote meanwhile.
        var first = Enumerable.Range(0, 100).Select(i => (Pass: 1L, Remaining: 1000L - 10 * i, Transferred: 10L * i));
        var second = Enumerable.Range(0, 30).Select(i => (Pass: 2L, Remaining: 500L - 10 * i, Transferred: 1000L + 10 * i));
        var third = Enumerable.Range(0, 30).Select(i => (Pass: 3L, Remaining: 501L - 10 * i, Transferred: 1300L + 10 * i));

        Watched(limits, [.. first, .. second]).ShouldBeEmpty();
        Watched(limits, [.. first, .. second, .. third]).ShouldBe([(134, new WatchdogFinding.LimitExceeded(HardLimit.ProgressTimeout, Seconds(5)))]);
    }

    [Fact]
    public void A_disk_that_is_written_as_fast_as_it_is_copied_makes_no_progress()
    {
        var limits = Never with { ProgressTimeout = Seconds(5) };

        Watched(limits, Enumerable.Range(0, 6).Select(i => (Pass: 0L, Remaining: 100L, Transferred: i * 10L)), phase: JobPhase.DiskCopy)
            .ShouldBe([(5, new WatchdogFinding.LimitExceeded(HardLimit.ProgressTimeout, Seconds(5)))]);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(ProgressMeasure.Remaining, false)]
    [InlineData(ProgressMeasure.RemainingOrTransferred, false)]
    public void A_policys_own_measure_takes_precedence(ProgressMeasure? measure, bool isAborted)
    {
        var limits = Never with { ProgressTimeout = Seconds(10), Progress = measure };
        var sawTooth = Enumerable.Range(0, 60).Select(i => (Pass: 2L + i / 5, Remaining: 10L + 4 - i % 5, Transferred: i * 10L));

        Watched(limits, sawTooth).Count.ShouldBe(isAborted ? 1 : 0);
    }

    [Fact]
    public void A_new_low_restarts_the_stalling_limit()
    {
        var limits = Never with { StallingLimit = Seconds(10) };
        var copy = Enumerable.Range(0, 25).Select(i => (Remaining: i < 9 ? 100L : 50L, Transferred: 0L));

        Watched(limits, copy).ShouldBe([(19, new WatchdogFinding.Stalled(Seconds(10)))]);
    }

    [Fact]
    public void Without_a_stalling_limit_no_stalls_are_reported() =>
        Watched(Never, Enumerable.Repeat((100L, 0L), 1000)).ShouldBeEmpty();

    [Fact]
    public void Nothing_copied_for_the_progress_timeout_passes_that_limit_once()
    {
        var limits = Never with { ProgressTimeout = Seconds(5) };

        Watched(limits, Enumerable.Repeat((100L, 7L), 20)).ShouldBe([(5, new WatchdogFinding.LimitExceeded(HardLimit.ProgressTimeout, Seconds(5)))]);
    }

    [Fact]
    public void Growing_remaining_data_is_no_progress()
    {
        var limits = Never with { ProgressTimeout = Seconds(5) };

        Watched(limits, Enumerable.Range(0, 7).Select(i => (Remaining: 100L + i, Transferred: 0L))).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(null, 10, 1, 10)]
    [InlineData(null, 10, 3, 30)]
    [InlineData(null, 10, 0.1, 10)]
    [InlineData(20, 10, 3, 20)]
    public void The_completion_timeout_counts_from_the_start(int? total, int perGibibyte, double gibibytes, int passesAt)
    {
        var limits = new MigrationLimits
        {
            ProgressTimeout = TimeSpan.Zero,
            CompletionTimeout = total is { } s ? Seconds(s) : null,
            CompletionTimeoutPerGiB = Seconds(perGibibyte),
        };
        var copy = Enumerable.Range(0, 100).Select(i => (Remaining: 1000L - i, Transferred: (long)i));

        Watched(limits, copy, Bytes.FromGibibytes(gibibytes)).ShouldBe([(passesAt, new WatchdogFinding.LimitExceeded(HardLimit.CompletionTimeout, Seconds(passesAt)))]);
    }

    [Theory]
    [InlineData(0.1, 10)]
    [InlineData(3, 30)]
    public void An_agent_on_its_own_limits_a_job_without_a_completion_timeout(double gibibytes, int seconds)
    {
        var data = Bytes.FromGibibytes(gibibytes);
        var sample = Sample(JobPhase.PreCopy, 1, 1000, 1000);

        Check(Seconds(seconds - 0.1)).ShouldBeEmpty();
        Check(Seconds(seconds)).ShouldBe([new WatchdogFinding.LimitExceeded(HardLimit.AutonomyTimeout, Seconds(seconds))]);
        Check(Seconds(seconds), Never with { CompletionTimeout = TimeSpan.FromDays(1) }).ShouldBeEmpty("it has a limit of its own");
        Check(Seconds(seconds), phase: JobPhase.PostCopy).ShouldBeEmpty("the VM runs on the destination");

        IReadOnlyList<WatchdogFinding> Check(TimeSpan alone, MigrationLimits? limits = null, JobPhase phase = JobPhase.PreCopy) => ProgressWatchdog.Check(
            WatchdogState.Start(Start, Start), sample with { Phase = phase }, phase, limits ?? Never, new AutonomyLimit(Seconds(10), alone), data, Start + TimeSpan.FromHours(1)).Findings;
    }

    [Fact]
    public void A_restarted_agent_counts_the_time_before_it()
    {
        var limits = Never with { CompletionTimeout = Seconds(60) };
        var watch = WatchdogState.Start(Start, now: Start + Seconds(61));

        var (_, findings) = ProgressWatchdog.Check(watch, null, JobPhase.Setup, limits, WithMesh, Bytes.Zero, Start + Seconds(61));

        findings.ShouldBe([new WatchdogFinding.LimitExceeded(HardLimit.CompletionTimeout, Seconds(60))]);
    }

    [Theory]
    [InlineData(JobPhase.PostCopy)]
    [InlineData(JobPhase.PostCopyFailed)]
    public void Once_the_vm_runs_on_the_destination_no_limit_aborts_it(JobPhase phase)
    {
        var limits = new MigrationLimits { ProgressTimeout = Seconds(1), CompletionTimeout = Seconds(2), StallingLimit = Seconds(3) };

        Watched(limits, Enumerable.Repeat((100L, 0L), 5), phase: phase).ShouldBe([(3, new WatchdogFinding.Stalled(Seconds(3)))]);
    }

    [Fact]
    public void Missing_progress_in_the_final_pass_is_not_a_timeout()
    {
        var limits = Never with { ProgressTimeout = Seconds(2) };

        Watched(limits, Enumerable.Repeat((100L, 0L), 30), phase: JobPhase.SwitchOver).ShouldBeEmpty();
    }

    [Fact]
    public void A_job_without_statistics_exceeds_the_progress_timeout_too()
    {
        var limits = Never with { ProgressTimeout = Seconds(5) };
        var watch = WatchdogState.Start(Start, Start);

        (watch, var before) = ProgressWatchdog.Check(watch, null, JobPhase.Setup, limits, WithMesh, Bytes.Zero, Start + Seconds(4));
        var (_, after) = ProgressWatchdog.Check(watch, null, JobPhase.Setup, limits, WithMesh, Bytes.Zero, Start + Seconds(5));

        before.ShouldBeEmpty();
        after.Count.ShouldBe(1);
    }

    [Fact]
    public void Memory_after_disks_does_not_count_as_a_stall()
    {
        var limits = Never with { StallingLimit = Seconds(3) };
        var watch = WatchdogState.Start(Start, Start);
        var findings = new List<WatchdogFinding>();
        for (var second = 0; second < 20; second++)
        {
            // The disks are copied within ten seconds; then all memory remains, which is more than what remained of the disks.
            var phase = second < 10 ? JobPhase.DiskCopy : JobPhase.PreCopy;
            var sample = Sample(phase, second < 10 ? 0 : 1, second < 10 ? 10 - second : 1000 - second, second);
            (watch, var found) = ProgressWatchdog.Check(watch, sample, phase, limits, WithMesh, Bytes.Zero, Start + Seconds(second));
            findings.AddRange(found);
        }

        findings.ShouldBeEmpty();
    }

    private static List<(int Second, WatchdogFinding Finding)> Watched(
        MigrationLimits limits, IEnumerable<(long Remaining, long Transferred)> copy, Bytes? dataSize = null, JobPhase phase = JobPhase.PreCopy) =>
        Watched(limits, copy.Select(sample => (Pass: 0L, sample.Remaining, sample.Transferred)), dataSize, phase);

    private static List<(int Second, WatchdogFinding Finding)> Watched(
        MigrationLimits limits, IEnumerable<(long Pass, long Remaining, long Transferred)> copy, Bytes? dataSize = null, JobPhase phase = JobPhase.PreCopy)
    {
        var watch = WatchdogState.Start(Start, Start);
        var findings = new List<(int, WatchdogFinding)>();
        foreach (var (second, (pass, remaining, transferred)) in copy.Index())
        {
            (watch, var found) = ProgressWatchdog.Check(
                watch, Sample(phase, pass, remaining, transferred), phase, limits, WithMesh, dataSize ?? Bytes.Zero, Start + Seconds(second));
            findings.AddRange(found.Select(finding => (second, finding)));
        }

        return findings;
    }

    private static MigrationSample Sample(JobPhase phase, long pass, long remaining, long transferred) => new()
    {
        MigrationId = new MigrationId("m"),
        Epoch = new Epoch(1),
        VmId = Vm.Id(1),
        Phase = phase,
        Copy = new() { Iteration = pass, Memory = new TransferProgress(new Bytes(1000), new Bytes(remaining), new Bytes(transferred)) },
    };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
