using System.Net;
using System.Text.Json;
using Mesh.Cli.Commands;
using Mesh.Cli.Shell;

namespace Mesh.Cli.Tests;

public sealed class MigrateOptionTests
{
    public static readonly TheoryData<string, string, string> Options = new()
    {
        { "--live", "options.live", "true" },
        { "--no-live", "options.live", "false" },
        { "--auto-converge", "options.autoConverge", "true" },
        { "--auto-converge-initial 30", "options.autoConvergeInitial", "30" },
        { "--auto-converge-increment 15", "options.autoConvergeIncrement", "15" },
        { "--compressed", "options.compression", """["xbzrle"]""" },
        { "--compressed --comp-methods zstd,xbzrle", "options.compression", """["zstd","xbzrle"]""" },
        { "--parallel", "options.parallelConnections", "2" },
        { "--parallel --parallel-connections 8", "options.parallelConnections", "8" },
        { "--postcopy", "options.postCopy", "true" },
        { "--postcopy-bandwidth 100", "options.postCopyBandwidth", "104857600" },
        { "--bandwidth 32", "options.bandwidth", "33554432" },
        { "--timeout 300", "options.timeout", "300000" },
        { "--timeout 300", "options.timeoutAction", "\"suspend\"" },
        { "--timeout 300 --timeout-suspend", "options.timeoutAction", "\"suspend\"" },
        { "--timeout 300 --timeout-postcopy", "options.timeoutAction", "\"postCopy\"" },
        { "--timeout 300 --timeout-abort", "options.timeoutAction", "\"abort\"" },
        { "--persistent", "options.persistent", "true" },
        { "--undefinesource", "options.undefineSource", "true" },
        { "--copy-storage-all", "options.copyStorage", "\"all\"" },
        { "--copy-storage-inc", "options.copyStorage", "\"incremental\"" },
        { "--migrate-disks vda,vdb --migrate-disks vdc", "options.migrateDisks", """["vda","vdb","vdc"]""" },
        { "--max-downtime 250", "options.maxDowntime", "250" },
        { "--keepalive-interval 10", "options.keepAliveInterval", "10000" },
        { "--keepalive-count 3", "options.keepAliveCount", "3" },
        { "--tls", "options.tls", "true" },
        { "--migrateuri tcp://10.0.0.2", "options.migrationUri", "\"tcp://10.0.0.2\"" },
        { "--unsafe", "options.unsafe", "true" },
        { "--progress-timeout 0", "limits.progressTimeout", "0" },
        { "--completion-timeout 900", "limits.completionTimeout", "900000" },
        { "--stalling-limit 10", "limits.stallingLimit", "10000" },
        { "--enable-downtime-thread", "limits.enableDowntimeThread", "true" },
        { "--policy adaptive", "policy", "\"adaptive\"" },
        { "--forbid throttle", "allow", """{"throttle":false,"postCopy":true,"suspend":true,"compression":true}""" },
        { "--forbid post-copy,suspend --forbid compression", "allow", """{"throttle":true,"postCopy":false,"suspend":false,"compression":false}""" },
        { "--downtime-budget 900", "downtimeBudget", "900" },
        { "--deadline 120", "deadline", "120000" },
        { "--id move-7", "id", "\"move-7\"" },
        { "--or-to host-c,host-d", "alternatives", """["host-c","host-d"]""" },
        { "", "vm", "\"web-1\"" },
        { "", "to", "\"host-b\"" },
        { "", "requestedBy", "\"ann\"" },
        { "", "options.live", "true" },
        { "", "options.migrateDisks", "[]" },
        { "", "limits", """{"enableDowntimeThread":false}""" },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Every_option_reaches_the_request(string option, string path, string expected)
    {
        var cli = new Cli().Answering(Cli.Json(TestData.View(), HttpStatusCode.Accepted));

        (await cli.RunAsync(["migrate", "web-1", "--to", "host-b", .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).ShouldBe(0, cli.Error);

        var (what, body) = cli.Requests.ShouldHaveSingleItem();
        what.ShouldBe("POST /api/v1/migrations");
        path.Split('.').Aggregate(JsonDocument.Parse(body).RootElement, (element, name) => element.GetProperty(name)).GetRawText().ShouldBe(expected);
    }

    [Theory]
    [InlineData("policy")]
    [InlineData("allow")]
    [InlineData("downtimeBudget")]
    [InlineData("deadline")]
    public async Task Omitted_options_are_left_to_the_policy(string member)
    {
        var cli = new Cli().Answering(Cli.Json(TestData.View(), HttpStatusCode.Accepted));
        (await cli.RunAsync("migrate", "web-1", "--to", "host-b")).ShouldBe(0);
        JsonDocument.Parse(cli.Requests.ShouldHaveSingleItem().Body).RootElement.TryGetProperty(member, out _).ShouldBeFalse();
    }

    [Fact]
    public void No_option_is_untested()
    {
        var tested = Options.SelectMany(row => row.Data.Item1.Split(' ')).ToHashSet(StringComparer.Ordinal);
        var other = new[] { "--to", "--among", "--priority", "--relax-affinity", "--watch", "--server", "--output", "--id" };
        new MigrateVerb(new Cli().Io).Options.Select(option => option.Name).Except(other, StringComparer.Ordinal).ShouldBeSubsetOf(tested);
    }

    [Theory]
    [InlineData("--timeout x", "invalid value 'x' for --timeout: expected a whole number of seconds from 1")]
    [InlineData("--timeout 0", "from 1 to")]
    [InlineData("--timeout -5", "--timeout")]
    [InlineData("--timeout 1.5", "whole number of seconds")]
    [InlineData("--max-downtime 0", "milliseconds from 1 to 2000000")]
    [InlineData("--max-downtime 2000001", "milliseconds from 1 to 2000000")]
    [InlineData("--bandwidth 0", "MiB/s from 1")]
    [InlineData("--bandwidth 8796093022208", "to 8796093022207")]
    [InlineData("--parallel --parallel-connections 256", "connections from 1 to 255")]
    [InlineData("--parallel-connections 2", "--parallel-connections requires --parallel")]
    [InlineData("--comp-methods zstd", "--comp-methods requires --compressed")]
    [InlineData("--timeout-postcopy", "--timeout-postcopy requires --timeout")]
    [InlineData("--timeout 5 --timeout-abort --timeout-suspend", "--timeout-suspend and --timeout-abort are mutually exclusive")]
    [InlineData("--copy-storage-all --copy-storage-inc", "are mutually exclusive")]
    [InlineData("--live --no-live", "--live and --no-live are mutually exclusive")]
    [InlineData("--auto-converge-initial 100", "percent from 1 to 99")]
    [InlineData("--copy-storage-all --migrate-disks vda,,vdb", "without empty items")]
    [InlineData("--id a/b", "'a/b' is not a migration ID")]
    [InlineData("--forbid postcopy", "invalid value 'postcopy' for --forbid: expected throttle, post-copy, suspend, compression")]
    [InlineData("--forbid throttle,,suspend", "without empty items")]
    [InlineData("--downtime-budget 0", "milliseconds from 1 to 2000000")]
    [InlineData("--deadline 0", "seconds from 1 to")]
    [InlineData("--to host-c/d", "not a host name")]
    [InlineData("--autoconverge", "'--autoconverge'")]
    [InlineData("--output yaml", "table or json")]
    [InlineData("--server nix", "expected a URL")]
    public async Task Usage_errors_are_reported_in_one_line_and_nothing_is_sent(string option, string expected)
    {
        var cli = new Cli();
        string[] to = option.StartsWith("--to", StringComparison.Ordinal) && !option.StartsWith("--timeout", StringComparison.Ordinal) ? [] : ["--to", "host-b"];

        (await cli.RunAsync(["migrate", "web-1", .. to, .. option.Split(' ')])).ShouldBe(ExitCodes.Usage);

        cli.ErrorLine().ShouldContain(expected);
        cli.Error.ShouldNotContain("System.");
        cli.Out.ShouldBeEmpty();
        cli.Requests.ShouldBeEmpty();
    }
}
