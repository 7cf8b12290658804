using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Hosts;

namespace Mesh.Cli.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData(0.18, "180 ms")]
    [InlineData(12.1, "12.1 s")]
    [InlineData(599, "599.0 s")]
    [InlineData(602, "10 min 2 s")]
    [InlineData(11_520, "3 h 12 min")]
    [InlineData(216_000, "2.5 d")]
    public void A_duration_has_its_units(double seconds, string text) => TextFormatter.Format(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Fact]
    public void An_age_is_never_negative()
    {
        TextFormatter.FormatAge(TestData.Noon.AddSeconds(5), TestData.Noon).ShouldBe("0 ms ago");
        TextFormatter.FormatAge(TestData.Noon.AddSeconds(-602), TestData.Noon).ShouldBe("10 min 2 s ago");
        TextFormatter.FormatAge(null, TestData.Noon).ShouldBe("never");
    }

    [Fact]
    public void A_time_carries_its_zone()
    {
        TextFormatter.Format(TestData.Noon).ShouldMatch(@"^2026-01-0[12] \d\d:\d\d:00[+-]\d\d:\d\d$");
        TextFormatter.FormatTimeOfDay(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.FromHours(2))).ShouldBe("12:00:00+02:00");
    }

    [Theory]
    [InlineData("two\r\nlines", "two lines")]
    [InlineData("a\u001b[2Jb\u0007\tc", "a\uFFFD[2Jb\uFFFD c")]
    [InlineData("grün & \"quoted\"", "grün & \"quoted\"")]
    public void Control_characters_do_not_reach_the_terminal(string text, string shown) => TextFormatter.ToSingleLine(text).ShouldBe(shown);

    [Fact]
    public void A_text_is_not_cut_within_a_character() => TextFormatter.Truncate("ab😀cdef", 4).ShouldBe("ab…");

    [Fact]
    public void A_table_is_cut_to_the_terminal_at_its_longest_values()
    {
        var cli = new Cli { TerminalColumns = 60 };
        Table().Write(cli.Io);
        var lines = cli.Out.TrimEnd().Split(Environment.NewLine);
        lines.ShouldAllBe(line => line.Length < 60);
        lines[0].ShouldBe("ID            VM                  HOST  REASON");
        lines[1].ShouldBe($"3f2a90b1c4de  {new string('n', 17)}…  h1    {new string('r', 18)}…");
    }

    [Fact]
    public void A_table_for_a_program_is_complete()
    {
        var cli = new Cli();
        Table().Write(cli.Io);
        cli.Out.ShouldContain(new string('n', 300));
        cli.Out.ShouldContain(new string('r', 300));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    public void A_narrow_terminal_is_no_error(int columns) => Should.NotThrow(() => Table().Write(new Cli { TerminalColumns = columns }.Io));

    [Fact]
    public async Task A_silent_host_is_listed_with_a_readable_age()
    {
        var time = new Mesh.Testing.ManualTimeProvider(TestData.Noon);
        var cli = new Cli { Time = time }.Answering(Cli.Json(new[] { TestData.Host("host-a") with { Health = HostHealth.Unresponsive, LastReportAt = TestData.Noon.AddSeconds(-602) } }));
        (await cli.RunAsync("hosts")).ShouldBe(ExitCodes.Success);
        cli.Out.ShouldContain("unresponsive, last seen 10 min 2 s ago");
    }

    private static TextTable Table()
    {
        var table = new TextTable("ID", "VM", "HOST", "REASON");
        table.Add("3f2a90b1c4de", new string('n', 300), "h1", new string('r', 300));
        return table;
    }
}
