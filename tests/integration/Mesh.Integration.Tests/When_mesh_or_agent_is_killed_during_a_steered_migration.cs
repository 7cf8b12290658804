using Mesh.Contracts.Migrations;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>What a policy has started continues, or is undone, if mesh or agent are killed meanwhile.</summary>
public sealed class When_mesh_or_agent_is_killed_during_a_steered_migration(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;
    private readonly BusyGuest _guest = fixture.Guest;

    [Fact]
    public async Task Should_take_the_remaining_steps_when_the_mesh_was_killed_between_two()
    {
        var id = await _guest.StartMigrationAsync("--policy", "laddering");
        await _guest.AwaitThrottledAsync(60);
        await _mesh.KillMeshAsync();
        await _mesh.StartMeshAsync();
        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.Completed);
        view.Changes.Select(change => change.Description).ShouldBe(["throttle 60 %", "max downtime 400 ms", "max downtime 3000 ms"]);
    }

    [Fact]
    public async Task Should_be_aborted_and_unthrottled_by_the_agent_alone_at_the_policy_s_limit()
    {
        var id = await _guest.StartMigrationAsync("--policy", "limiting");
        await _guest.AwaitThrottledAsync(50);
        await _mesh.KillMeshAsync();
        await Eventually.HoldsAsync(
            async () => await _mesh.Bed.GetStateAsync(_guest.Destination, BusyGuest.Name) is null, "the agent has aborted the job", every: TimeSpan.FromMilliseconds(250));
        await _guest.AwaitUnthrottledAsync(_guest.Source);

        await _mesh.StartMeshAsync();
        await _guest.ExpectEndAsync(id, MigrationOutcome.TimedOut);
        _mesh.Agent(_guest.Source).Output.Split('\n').ShouldContain(line => line.Contains(id, StringComparison.Ordinal) && line.Contains("CompletionTimeout of ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_be_unthrottled_on_the_destination_when_the_source_s_agent_was_killed()
    {
        var id = await _guest.StartCopyingAsync();
        (await _mesh.RunAsync("set", id, "--throttle", "70")).ExitCode.ShouldBe(0, _mesh.CollectOutput());
        await _guest.AwaitThrottledAsync(70);
        await _mesh.KillAgentAsync(_guest.Source);
        await _mesh.Bed.VirshAsync(_guest.Source, "migrate-setmaxdowntime", BusyGuest.Name, "60000");
        await Eventually.HoldsAsync(
            async () => await _mesh.Bed.GetStateAsync(_guest.Destination, BusyGuest.Name) is "running (migrated)", "it has moved", every: TimeSpan.FromMilliseconds(250));
        await _guest.AwaitUnthrottledAsync(_guest.Destination);

        _mesh.StartAgent(_guest.Source);
        await _guest.ExpectEndAsync(id, MigrationOutcome.Completed);
    }

    [Fact]
    public async Task Should_be_unthrottled_when_no_record_of_the_throttle_is_left()
    {
        await _guest.EnsureRunningAsync();
        await _mesh.KillAgentAsync(_guest.Source);
        await _mesh.Bed.RunAsync("exec", _guest.Source, "sh", "-c", $"echo 30000 >$(echo /sys/fs/cgroup/cpu/machine/qemu-*-{BusyGuest.Name}.*/vcpu0/cpu.cfs_quota_us)");
        await _guest.AwaitThrottledAsync(70);

        _mesh.StartAgent(_guest.Source);
        await _guest.ExpectHealthyAsync();
    }

    [Fact]
    public async Task Should_be_unthrottled_on_the_source_when_its_agent_was_killed_and_the_job_failed()
    {
        var id = await _guest.StartCopyingAsync();
        (await _mesh.RunAsync("set", id, "--throttle", "70")).ExitCode.ShouldBe(0, _mesh.CollectOutput());
        await _guest.AwaitThrottledAsync(70);
        await _mesh.KillAgentAsync(_guest.Source);
        await _mesh.Bed.VirshAsync(_guest.Source, "domjobabort", BusyGuest.Name);

        _mesh.StartAgent(_guest.Source);
        await _guest.ExpectEndAsync(id, MigrationOutcome.Failed);
    }
}
