using Mesh.Contracts.Migrations;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

public sealed class When_a_running_migration_is_changed(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;
    private readonly BusyGuest _guest = fixture.Guest;

    private const int Refused = 4;

    [Fact]
    public async Task Should_take_effect_in_libvirt_or_report_why_not()
    {
        var id = await _guest.StartCopyingAsync();
        await SetAsync(id, 0, "--max-downtime", "1234", "--bandwidth", "24");
        (await VirshAsync("migrate-getmaxdowntime")).ShouldBe("1234");
        (await VirshAsync("migrate-getspeed")).ShouldBe("24");

        (await SetAsync(id, Refused, "--compression", "on")).ShouldContain("compression");
        (await SetAsync(id, 0, "--auto-converge", "on")).ShouldContain("emulated");
        await SetAsync(id, 0, "--throttle", "70");
        await _guest.AwaitThrottledAsync(70);
        await SetAsync(id, 0, "--throttle", "0");
        await _guest.AwaitUnthrottledAsync(_guest.Source);

        (await _mesh.RunAsync("abort", id)).ExitCode.ShouldBe(0);
        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.AbortedByOperator);
        view.Changes.Select(change => change.Description).ShouldBe(
            ["max downtime 1234 ms, bandwidth 24 MiB/s", "compression on", "auto-converge on", "throttle 70 %", "no throttle"]);
    }

    [Fact]
    public async Task Should_be_completed_by_suspending_the_guest()
    {
        var id = await _guest.StartCopyingAsync();
        await DoAsync("suspend", id);
        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.Completed);
        view.Changes.Select(change => change.Description).ShouldBe(["suspend"]);
    }

    [Fact]
    public async Task Should_be_completed_by_post_copy_which_cannot_be_aborted()
    {
        var id = await _guest.StartCopyingAsync("--postcopy", "--postcopy-bandwidth", "16");
        await DoAsync("postcopy", id);
        await _mesh.AwaitMigrationAsync(id, view => view.Phase is MigrationPhase.PostCopy, "the guest runs on the destination");
        var abort = await _mesh.RunAsync("abort", id);
        abort.ExitCode.ShouldBe(Refused, abort.ToString());
        await _guest.ExpectEndAsync(id, MigrationOutcome.CompletedPostCopy);
    }

    [Theory]
    [InlineData("--postcopy", MigrationOutcome.CompletedPostCopy)]
    [InlineData("--live", MigrationOutcome.Completed)]
    public async Task Should_be_forced_by_post_copy_if_armed_and_otherwise_by_suspending(string option, MigrationOutcome outcome)
    {
        var id = await _guest.StartCopyingAsync(option);
        await DoAsync("force-complete", id);
        await _guest.ExpectEndAsync(id, outcome);
    }

    private async Task DoAsync(string verb, string id)
    {
        var result = await _mesh.RunAsync(verb, id, "--reason", "it has to end");
        result.ExitCode.ShouldBe(0, $"{result}\n{_mesh.CollectOutput()}");
    }

    private async Task<string> SetAsync(string id, int exitCode, params string[] options)
    {
        var result = await _mesh.RunAsync(["set", id, .. options]);
        result.ExitCode.ShouldBe(exitCode, $"{result}\n{_mesh.CollectOutput()}");
        return result.ToString();
    }

    private Task<string> VirshAsync(string command) => _mesh.Bed.VirshAsync(_guest.Source, command, BusyGuest.Name);
}
