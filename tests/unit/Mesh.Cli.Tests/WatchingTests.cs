using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;
using Spectre.Console;

namespace Mesh.Cli.Tests;

public sealed class WatchingTests
{
    [Fact]
    public void A_row_never_goes_backwards()
    {
        var row = WatchedMigration.From(TestData.View()).Apply(TestData.PhaseChanged(MigrationPhase.SwitchOver)).Apply(TestData.Progressed(80));
        row = row.Apply(TestData.PhaseChanged(MigrationPhase.PreCopy)).Apply(TestData.Progressed(50));
        row.Phase.ShouldBe(MigrationPhase.SwitchOver);
        row.Progress.Value.ShouldBe(80);

        var ended = row.Apply(TestData.Ended());
        ended.Progress.Value.ShouldBe(100);
        ended.Apply(TestData.Progressed(10)).ShouldBe(ended);
        ended.Apply(TestData.PhaseChanged(MigrationPhase.PreCopy)).ShouldBe(ended);
    }

    [Fact]
    public void A_requeued_row_starts_over_and_ignores_the_failed_host()
    {
        var requeued = TestData.Requeued("link lost");
        var row = WatchedMigration.From(TestData.View()).Apply(TestData.PhaseChanged(MigrationPhase.SwitchOver)).Apply(TestData.Progressed(80)).Apply(requeued);
        (row.Destination, row.Phase, row.Progress.Value).ShouldBe((null, MigrationPhase.Queued, 0));
        row.Reason.ShouldContain("link lost");

        row.Apply(TestData.Progressed(90)).ShouldBe(row, "reports of the first host are ignored");
        row.Apply(requeued).ShouldBe(row);
        row.Apply(TestData.PhaseChanged(MigrationPhase.PreCopy) with { At = TestData.Noon.AddSeconds(-1) }).ShouldBe(row, "that event is older");
        row.Apply(TestData.Ended(MigrationOutcome.Failed) with { Destination = null }).HasEnded.ShouldBeTrue();

        var next = row.Apply(TestData.PhaseChanged(MigrationPhase.Preparing) with { Destination = new HostName("host-c"), At = TestData.Noon.AddSeconds(20) });
        (next.Destination, next.Phase).ShouldBe((new HostName("host-c"), MigrationPhase.Preparing));
        next.Apply(requeued).ShouldBe(next, "that was already reported");
        next.Apply(TestData.Ended() with { Destination = new HostName("host-c") }).HasEnded.ShouldBeTrue();
    }

    [Fact]
    public void A_queued_row_has_its_position_until_it_is_admitted()
    {
        var waiting = TestData.Queued(2);
        var row = WatchedMigration.From(TestData.View() with { Phase = MigrationPhase.Queued, Destination = null, Queue = waiting });
        (row.Destination, row.Queue).ShouldBe((null, waiting));
        Draw([row], 140).ShouldContain("web-1: position 2, waiting for a migration to end that copies away from host-a");
        Draw([row], 140).ShouldContain("host-a → -");

        var admitted = row.Apply(TestData.PhaseChanged(MigrationPhase.Preparing));
        (admitted.Destination, admitted.Queue).ShouldBe((new HostName("host-b"), null));
        row.Apply(TestData.Ended(MigrationOutcome.AbortedByOperator) with { Destination = null }).Queue.ShouldBeNull();
    }

    [Fact]
    public void A_row_collects_the_data_of_the_summary()
    {
        var row = WatchedMigration.From(TestData.Progressed(10, TestData.Sample(throttle: 20))).Apply(TestData.Progressed(20, TestData.Sample(throttle: 70)))
            .Apply(TestData.Progressed(30, TestData.Sample())).Apply(TestData.Ended());
        row.ThrottleMax.ShouldBe(new Percent(70));
        row.DirtyRate.ShouldBe(BytesPerSecond.FromMebibytes(100));
        row.Remaining.ShouldBe(Bytes.FromMebibytes(512));
        row.Transferred.ShouldBe(Bytes.FromGibibytes(3));
        row.Downtime.ShouldBe(TimeSpan.FromMilliseconds(180));
        row.Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void A_stall_ends_when_the_mesh_says_so_and_with_the_migration()
    {
        var stalled = WatchedMigration.From(TestData.View()).Apply(new MigrationStalled
        {
            MigrationId = new MigrationId("m1"),
            VmName = "web-1",
            Destination = new HostName("host-b"),
            At = TestData.Noon,
            StalledFor = TimeSpan.FromSeconds(5),
        });
        stalled.Stalled.ShouldBeTrue();
        stalled.Apply(TestData.Progressed(50) with { Stalled = true }).Stalled.ShouldBeTrue();
        stalled.Apply(TestData.Progressed(50)).Stalled.ShouldBeFalse();
        stalled.Apply(TestData.Ended(MigrationOutcome.TimedOut)).Stalled.ShouldBeFalse();
    }

    [Fact]
    public void A_row_has_the_forecast_and_the_latest_change()
    {
        var row = WatchedMigration.From(TestData.View() with { Forecast = TestData.NonConverging, Changes = [TestData.Change()] });
        row.Forecast.ShouldBe(TestData.NonConverging);
        row.LatestChange.ShouldBe("max downtime 500 ms, by policy calm (30 s without progress)");
        row.LatestAnswers.ShouldBe("maxDowntime applied (500 ms); throttle refused (no cgroup)");

        row = row.Apply(TestData.Progressed(50)).Apply(TestData.ChangeRequested("throttle 40 %", ""));
        row.Forecast.ShouldBeNull();
        (row.LatestChange, row.LatestAnswers).ShouldBe(("throttle 40 %, by policy calm", ""));
        row = row.Apply(TestData.ParametersChanged("calm", "", new ParameterAnswer(MigrationParameter.Throttle, ParameterResult.Emulated, "by quota")));
        (row.LatestChange, row.LatestAnswers).ShouldBe(("throttle 40 %, by policy calm", "throttle emulated (by quota)"));
        row.Apply(TestData.Progressed(50) with { Forecast = TestData.NonConverging }).Apply(TestData.Ended()).Forecast.ShouldBeNull("it is over");
    }

    [Theory]
    [InlineData(140, 24, "web-1: does not converge because it writes as fast as it is copied; it would with 1200 ms of downtime", "web-1: throttle 40 %, by policy calm (it [never] ends): throttle emulated")]
    [InlineData(80, 24, "web-1: does not converge because it writes as fast as it is copied; it would", "with 1200 ms of downtime", "web-1: throttle 40 %, by policy calm (it [never] ends): throttle emulated")]
    [InlineData(80, 7, "web-1: does not converge because it writes as fast as it is copied; it would w…", "web-1: throttle 40 %, by policy calm (it [never] ends): throttle emulated")]
    [InlineData(80, 6, "web-1: does not converge because it writes as fast as it is copied; it would w…")]
    [InlineData(80, 5)]
    public void Forecast_and_latest_change_are_below_the_live_table_as_far_as_there_is_room(int columns, int lines, params string[] notes)
    {
        var moving = WatchedMigration.From(TestData.View()).Apply(TestData.Progressed(45) with { Forecast = TestData.NonConverging }).Apply(TestData.ChangeRequested("throttle 40 %", "it [never] ends"))
            .Apply(TestData.ParametersChanged("calm", "", new ParameterAnswer(MigrationParameter.Throttle, ParameterResult.Emulated, "")));
        var text = Draw([moving, WatchedMigration.From(TestData.View("m2", MigrationOutcome.Completed) with { Changes = [TestData.Change()] })], columns, lines).Split('\n');

        text[3..].Select(line => line.TrimEnd()).ShouldBe(notes);
        text.ShouldAllBe(line => line.Length <= columns);
    }

    [Theory]
    [InlineData("", 5, "")]
    [InlineData("a bc def", 8, "a bc def")]
    [InlineData("a bc def", 4, "a bc|def")]
    [InlineData("a bc def", 3, "a|bc|def")]
    [InlineData("abcdefgh i", 3, "abc|def|gh|i")]
    public void Text_is_wrapped_between_words(string text, int lengthMax, string lines) => TextFormatter.Wrap(text, lengthMax).ShouldBe(lines.Split('|'));

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(140)]
    public void The_live_table_fits_its_terminal_and_is_never_a_single_line(int columns)
    {
        Draw([], columns).Split('\n').Length.ShouldBeGreaterThan(1);

        var rows = new[] { WatchedMigration.From(TestData.View()).Apply(TestData.Progressed(45, TestData.Sample(throttle: 70))), WatchedMigration.From(TestData.View("m2", MigrationOutcome.AbortedByOperator)) };
        var lines = Draw(rows, columns).Split('\n');
        lines.ShouldAllBe(line => line.Length <= columns);
        lines[1].ShouldContain("web-1");
        lines[1].ShouldContain("pre-copy");
        lines[1].ShouldContain(" 45%");
        lines[1].ShouldContain("512 MiB");
        lines[2].ShouldContain("aborted");
        (columns >= 124).ShouldBe(lines[1].Contains("70 %", StringComparison.Ordinal));
    }

    [Fact]
    public void Running_migrations_are_shown_first_if_not_all_fit()
    {
        var rows = Enumerable.Range(1, 30).Select(number => WatchedMigration.From(TestData.View($"m{number}", number <= 28 ? MigrationOutcome.Completed : null) with { VmName = $"vm-{number}" })).ToList();
        var text = Draw(rows, 100, lines: 10);
        text.ShouldContain("vm-29");
        text.ShouldContain("vm-30");
        text.ShouldContain("and 23 more");
    }

    [Fact]
    public void Plain_lines_report_every_change_of_state_and_periodic_progress()
    {
        var time = new ManualTimeProvider();
        var cli = new Cli { Time = time };
        var display = new LineDisplay(cli.Io, new WatchedMigrations());
        void Take(MigrationEvent migrationEvent) => display.Handle(new StreamItem.Update(migrationEvent));

        display.Handle(new StreamItem.Snapshot(TestData.View()));
        Take(TestData.Progressed(50));
        Take(TestData.Progressed(51));
        time.Advance(TimeSpan.FromSeconds(3));
        Take(TestData.Progressed(60) with { Forecast = TestData.NonConverging });
        time.Advance(TimeSpan.FromSeconds(3));
        Take(TestData.Progressed(61) with { Forecast = TestData.NonConverging });
        time.Advance(TimeSpan.FromSeconds(3));
        Take(TestData.Progressed(62) with { Forecast = TestData.NonConverging with { Converges = true, Text = "ends in about 3 s" } });
        Take(TestData.ChangeRequested("max downtime 500 ms", "30 s without\nprogress"));
        Take(TestData.ParametersChanged("calm", "30 s without progress", new ParameterAnswer(MigrationParameter.MaxDowntime, ParameterResult.Applied, "500 ms")));
        Take(TestData.ParametersChanged(null, "set at the start", new ParameterAnswer(MigrationParameter.Tls, ParameterResult.Refused, "")));
        Take(TestData.PhaseChanged(MigrationPhase.PreCopy));
        Take(TestData.PhaseChanged(MigrationPhase.CleaningUp, "aborted\nby ann"));
        Take(TestData.Ended(MigrationOutcome.AbortedByOperator, "aborted by ann"));
        Take(TestData.Ended(MigrationOutcome.AbortedByOperator, "aborted by ann"));

        cli.Out.TrimEnd().Split('\n').Select(line => line[(line.IndexOf("host-b  ", StringComparison.Ordinal) + 8)..].TrimEnd()).ShouldBe(
        [
            "pre-copy", "pre-copy 50 %, 512 MiB remaining at 800 MiB/s, dirty rate 100 MiB/s",
            "pre-copy 60 %, 512 MiB remaining at 800 MiB/s, dirty rate 100 MiB/s; "
                + "does not converge because it writes as fast as it is copied; it would with 1200 ms of downtime",
            "pre-copy 61 %, 512 MiB remaining at 800 MiB/s, dirty rate 100 MiB/s; does not converge",
            "pre-copy 62 %, 512 MiB remaining at 800 MiB/s, dirty rate 100 MiB/s; ends in about 3 s",
            "max downtime 500 ms, by policy calm (30 s without progress)", "maxDowntime applied (500 ms)", "tls refused; set at the start",
            "cleaning up: aborted by ann", "aborted after 12.5 s, 3 GiB transferred: aborted by ann",
        ]);
    }

    [Fact]
    public void Plain_lines_report_queue_positions_and_failed_hosts()
    {
        var cli = new Cli { Time = new ManualTimeProvider() };
        var display = new LineDisplay(cli.Io, new WatchedMigrations());
        var view = TestData.View() with { Phase = MigrationPhase.Queued, Destination = null, Queue = TestData.Queued(2) };

        display.Handle(new StreamItem.Snapshot(view));
        display.Handle(new StreamItem.Snapshot(view));
        display.Handle(new StreamItem.Snapshot(view with { Queue = TestData.Queued(1) }));
        display.Handle(new StreamItem.Update(TestData.PhaseChanged(MigrationPhase.Preparing, "the most free memory")));
        display.Handle(new StreamItem.Update(TestData.Requeued("no room")));

        cli.Out.TrimEnd().Split('\n').Select(line => line[(line.IndexOf("host-a", StringComparison.Ordinal))..].TrimEnd()).ShouldBe(
        [
            "host-a -> -  queued: position 2, waiting for a migration to end that copies away from host-a",
            "host-a -> -  queued: position 1, waiting for a migration to end that copies away from host-a",
            "host-a -> host-b  preparing: the most free memory",
            "host-a -> -  host-b failed (no room); waiting for another host (attempt 2)",
        ]);
    }

    private static string Draw(IReadOnlyList<WatchedMigration> rows, int columns, int lines = 24)
    {
        using var text = new StringWriter();
        var console = (new Cli().Io with { Out = text, Window = () => (columns, lines) }).Ansi();
        console.Write(LiveTable.Draw(rows, columns, lines));
        return text.ToString().TrimEnd('\n');
    }
}
