using Mesh.Contracts.Migrations;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>The guest writes faster than it is copied, so that its migration is certain to be running when something breaks.</summary>
public sealed class When_something_breaks_during_a_migration(MeshUnderTest fixture) : IAsyncDisposable
{
    private static readonly string[] Slow = ["--bandwidth", "16"];

    private readonly MeshSystem _mesh = fixture.Mesh;
    private readonly List<string> _guests = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _guests)
            await _mesh.Bed.RemoveGuestAsync(guest);
    }

    [Fact]
    public async Task Should_leave_an_aborted_guest_on_the_source_and_nothing_on_the_destination()
    {
        var id = await StartCopyingAsync("aborted");
        (await _mesh.RunAsync("abort", id)).ExitCode.ShouldBe(0);
        (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        await ExpectOnSourceAsync("aborted");
    }

    [Fact]
    public async Task Should_fail_with_the_guest_on_the_source_when_the_destination_s_libvirtd_is_killed()
    {
        var id = await StartCopyingAsync("unlucky");
        await _mesh.Bed.RunAsync("kill-daemon", "hostb");
        await _mesh.AwaitMigrationAsync(id, view => view.Phase >= MigrationPhase.Confirming, "the job has failed");
        await _mesh.Bed.RunAsync("start-daemon", "hostb");
        var view = await _mesh.AwaitEndAsync(id);
        view.Outcome.ShouldBe(MigrationOutcome.Failed, view.Reason);
        view.Reason.ShouldNotBeEmpty();
        await ExpectOnSourceAsync("unlucky");
    }

    [Fact]
    public async Task Should_end_correctly_when_the_source_s_agent_is_killed_and_restarted()
    {
        var id = await StartCopyingAsync("orphan");
        await _mesh.KillAgentAsync("hosta");
        await _mesh.Bed.VirshAsync("hosta", "migrate-setmaxdowntime", "orphan", "60000");
        _mesh.StartAgent("hosta");
        var view = await _mesh.AwaitEndAsync(id);
        view.Outcome.ShouldBe(MigrationOutcome.Completed, $"{view.Reason}\n{_mesh.CollectOutput()}");
        await _mesh.Bed.VerifyGuestAsync("hostb", "orphan");
        (await _mesh.Bed.ListRunningAsync("hosta")).ShouldNotContain("orphan");
    }

    [Fact]
    public async Task Should_still_be_monitored_when_the_agent_is_restarted_while_the_job_runs()
    {
        var id = await StartCopyingAsync("found");
        await _mesh.KillAgentAsync("hosta");
        _mesh.StartAgent("hosta");
        var before = (await _mesh.ShowMigrationAsync(id)).Sample!.Copy.Elapsed;
        await _mesh.AwaitMigrationAsync(id, view => view.Sample!.Copy.Elapsed > before + TimeSpan.FromSeconds(1), "new samples arrive");
        (await _mesh.RunAsync("abort", id)).ExitCode.ShouldBe(0);
        (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        await ExpectOnSourceAsync("found");
    }

    [Fact]
    public async Task Should_be_resumed_when_the_mesh_is_killed_and_restarted()
    {
        var id = await StartCopyingAsync("resumed");
        await _mesh.KillMeshAsync();
        await _mesh.StartMeshAsync();
        await _mesh.Bed.VirshAsync("hosta", "migrate-setmaxdowntime", "resumed", "60000");
        (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.Completed);
        await _mesh.Bed.VerifyGuestAsync("hostb", "resumed");
    }

    [Fact]
    public async Task Should_detect_an_end_while_the_mesh_was_down()
    {
        var id = await StartCopyingAsync("missed");
        await _mesh.KillMeshAsync();
        await _mesh.Bed.VirshAsync("hosta", "migrate-setmaxdowntime", "missed", "60000");
        await Eventually.HoldsAsync(
            async () => (await _mesh.Bed.VirshAsync("hostb", "domstate", "missed", "--reason")).Contains("migrated", StringComparison.Ordinal),
            "the guest has moved", TimeSpan.FromSeconds(60));
        await _mesh.StartMeshAsync();
        (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.Completed);
        await _mesh.Bed.VerifyGuestAsync("hostb", "missed");
    }

    [Fact]
    public async Task Should_be_stopped_by_the_agent_s_hard_limit_while_the_mesh_is_down()
    {
        var id = await StartCopyingAsync("limited", "--completion-timeout", "20");
        await _mesh.KillMeshAsync();
        await Eventually.HoldsAsync(
            async () => (await _mesh.Bed.TryRunAsync("virsh", "hostb", "domstate", "limited")).ExitCode != 0, "the agent has aborted the job", TimeSpan.FromSeconds(60));
        await _mesh.StartMeshAsync();
        var view = await _mesh.AwaitEndAsync(id);
        view.Outcome.ShouldBe(MigrationOutcome.TimedOut, view.Reason);
        await ExpectOnSourceAsync("limited");
    }

    [Fact]
    public async Task Should_survive_a_crash_of_the_broker()
    {
        var id = await StartCopyingAsync("unheard");
        await _mesh.Broker.KillAsync();
        await _mesh.Bed.VirshAsync("hosta", "migrate-setmaxdowntime", "unheard", "60000");
        await _mesh.Broker.StartAsync();
        (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.Completed);
        await _mesh.Bed.VerifyGuestAsync("hostb", "unheard");
    }

    private async Task<string> StartCopyingAsync(string guest, params string[] options)
    {
        _guests.Add(guest);
        await _mesh.StartGuestAsync("hosta", guest, "WS=64", "RATE=60");
        var id = await _mesh.StartMigrationAsync(guest, "hostb", [.. Slow, .. options]);
        (await _mesh.AwaitCopyingAsync(id)).Outcome.ShouldBeNull();
        return id;
    }

    private async Task ExpectOnSourceAsync(string guest)
    {
        (await _mesh.Bed.VirshAsync("hosta", "domstate", guest)).ShouldContain("running");
        (await _mesh.Bed.TryRunAsync("virsh", "hostb", "domstate", guest)).ExitCode.ShouldNotBe(0, "nothing of it is left on the destination");
        await _mesh.Bed.VerifyGuestAsync("hosta", guest);
    }
}
