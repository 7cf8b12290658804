using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Testing.Real;

namespace Mesh.Integration.Tests;

/// <summary>In each phase; pre-copy's turn is where a policy lets a guest go on without end.</summary>
public sealed class When_a_migration_is_aborted(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;
    private readonly BusyGuest _guest = fixture.Guest;

    [Fact]
    public async Task Should_not_begin_where_the_destination_still_prepares()
    {
        await _guest.GetReadyAsync();
        var destination = _mesh.Agent(_guest.Destination);
        await destination.HoldAsync();
        try
        {
            var id = await _guest.FlyAsync();
            (await _mesh.ShowAsync(id)).Phase.ShouldBe(MigrationPhase.Preparing);
            await AbortAsync(id);
            await destination.GoOnAsync();
            var view = await _guest.LandAsync(id, MigrationOutcome.AbortedByOperator);
            view.StartedAt.ShouldBeNull();
        }
        finally
        {
            await destination.GoOnAsync();
        }
    }

    [Fact]
    public async Task Should_end_where_it_has_only_been_asked_for()
    {
        var id = await _guest.FlyAsync();
        await AbortAsync(id);
        await _guest.LandAsync(id, MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public async Task Should_let_a_suspended_guest_run_again()
    {
        var id = await _guest.FlyAndCopyAsync("--max-downtime", "1");
        (await _mesh.RunAsync("set", id, "--bandwidth", "2")).ExitCode.ShouldBe(0, _mesh.Said());
        (await _mesh.RunAsync("suspend", id)).ExitCode.ShouldBe(0, _mesh.Said());
        (await _mesh.Bed.StateAsync(_guest.Source, BusyGuest.Name)).ShouldBe("paused (migrating)");
        await AbortAsync(id);
        await _guest.LandAsync(id, MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public async Task Should_let_a_throttled_guest_run_freely_again()
    {
        var id = await _guest.FlyAndCopyAsync();
        (await _mesh.RunAsync("set", id, "--throttle", "80")).ExitCode.ShouldBe(0, _mesh.Said());
        await _guest.AwaitThrottledAsync(80);
        await AbortAsync(id);
        await _guest.LandAsync(id, MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public async Task Should_leave_no_image_behind_where_its_disk_was_being_copied()
    {
        await _mesh.GuestAsync("hosta", "half-copied", "WS=16", "DISK_MIB=64", "DISKRATE=30");
        try
        {
            var id = await _mesh.BeginAsync("half-copied", "hostb", "--copy-storage-all", "--migrate-disks", "vda", "--bandwidth", "8");
            await _mesh.AwaitAsync(id, view => view.Sample is { Phase: JobPhase.DiskCopy, Disk.Transferred.Count: > 0 }, "its disk is being copied");
            await AbortAsync(id);
            (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
            (await _mesh.Bed.StateAsync("hosta", "half-copied") ?? "").ShouldStartWith("running");
            (await _mesh.Bed.StateAsync("hostb", "half-copied")).ShouldBeNull();
            File.Exists(_mesh.Bed.ImagePath("hostb", "half-copied.qcow2")).ShouldBeFalse();
            await _mesh.Bed.VerifyAsync("hosta", "half-copied");
        }
        finally
        {
            await _mesh.Bed.RemoveAsync("half-copied");
        }
    }

    private async Task AbortAsync(string id)
    {
        var result = await _mesh.RunAsync("abort", id);
        result.ExitCode.ShouldBe(0, $"{result}\n{_mesh.Said()}");
    }
}
