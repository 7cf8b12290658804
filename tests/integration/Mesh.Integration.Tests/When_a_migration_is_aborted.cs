using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>In each phase; for pre-copy, see the policy that never ends a migration in <see cref="When_a_policy_steers_a_guest"/>.</summary>
public sealed class When_a_migration_is_aborted(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;
    private readonly BusyGuest _guest = fixture.Guest;

    [Fact]
    public async Task Should_not_start_while_the_destination_still_prepares()
    {
        await _guest.EnsureRunningAsync();
        var destination = _mesh.Agent(_guest.Destination);
        await destination.SuspendAsync();
        try
        {
            var id = await _guest.StartMigrationAsync();
            (await _mesh.ShowMigrationAsync(id)).Phase.ShouldBe(MigrationPhase.Preparing);
            await AbortAsync(id);
            await destination.ResumeAsync();
            var view = await _guest.ExpectEndAsync(id, MigrationOutcome.AbortedByOperator);
            view.StartedAt.ShouldBeNull();
        }
        finally
        {
            await destination.ResumeAsync();
        }
    }

    [Fact]
    public async Task Should_end_right_after_the_request()
    {
        var id = await _guest.StartMigrationAsync();
        await AbortAsync(id);
        await _guest.ExpectEndAsync(id, MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public async Task Should_resume_a_suspended_guest()
    {
        var id = await _guest.StartCopyingAsync("--max-downtime", "1");
        (await _mesh.RunAsync("set", id, "--bandwidth", "2")).ExitCode.ShouldBe(0, _mesh.CollectOutput());
        (await _mesh.RunAsync("suspend", id)).ExitCode.ShouldBe(0, _mesh.CollectOutput());
        (await _mesh.Bed.GetStateAsync(_guest.Source, BusyGuest.Name)).ShouldBe("paused (migrating)");
        await AbortAsync(id);
        await _guest.ExpectEndAsync(id, MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public async Task Should_unthrottle_a_throttled_guest()
    {
        var id = await _guest.StartCopyingAsync();
        (await _mesh.RunAsync("set", id, "--throttle", "80")).ExitCode.ShouldBe(0, _mesh.CollectOutput());
        await _guest.AwaitThrottledAsync(80);
        await AbortAsync(id);
        await _guest.ExpectEndAsync(id, MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public async Task Should_leave_no_image_behind_while_its_disk_is_being_copied()
    {
        await _mesh.StartGuestAsync("hosta", "half-copied", "WS=16", "DISK_MIB=64", "DISKRATE=30");
        try
        {
            var id = await _mesh.StartMigrationAsync("half-copied", "hostb", "--copy-storage-all", "--migrate-disks", "vda", "--bandwidth", "8");
            await _mesh.AwaitMigrationAsync(id, view => view.Sample is { Phase: JobPhase.DiskCopy, Copy.Disk.Transferred.Count: > 0 }, "its disk is being copied");
            await AbortAsync(id);
            (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
            (await _mesh.Bed.GetStateAsync("hosta", "half-copied") ?? "").ShouldStartWith("running");
            (await _mesh.Bed.GetStateAsync("hostb", "half-copied")).ShouldBeNull();
            File.Exists(_mesh.Bed.ImagePath("hostb", "half-copied.qcow2")).ShouldBeFalse();
            await _mesh.Bed.VerifyGuestAsync("hosta", "half-copied");
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("half-copied");
        }
    }

    private async Task AbortAsync(string id)
    {
        var result = await _mesh.RunAsync("abort", id);
        result.ExitCode.ShouldBe(0, $"{result}\n{_mesh.CollectOutput()}");
    }
}
