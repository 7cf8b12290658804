using Mesh.Contracts.Migrations;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

public sealed class When_a_guest_moves(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;

    [Fact]
    public async Task Should_keep_running_to_the_destination_and_back()
    {
        await _mesh.StartGuestAsync("hosta", "there", "WS=32", "RATE=20");
        try
        {
            foreach (var (to, from) in new[] { ("hostb", "hosta"), ("hosta", "hostb") })
            {
                var moved = await _mesh.MigrateAsync("there", to);
                moved.ExitCode.ShouldBe(0, $"{moved}\n{_mesh.CollectOutput()}");
                (await _mesh.Bed.ListRunningAsync(to)).ShouldContain("there");
                (await _mesh.Bed.ListRunningAsync(from)).ShouldNotContain("there");
                await _mesh.Bed.VerifyGuestAsync(to, "there");
            }
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("there");
        }
    }

    [Fact]
    public async Task Should_report_how_long_it_took_and_the_actual_downtime()
    {
        await _mesh.StartGuestAsync("hosta", "told", "WS=16");
        try
        {
            var id = await _mesh.StartMigrationAsync("told", "hostb");
            var view = await _mesh.AwaitEndAsync(id);
            view.Outcome.ShouldBe(MigrationOutcome.Completed, view.Reason);
            view.Sample!.Copy.ActualDowntime.ShouldNotBeNull();
            view.Sample.Copy.Memory.Total.Mebibytes.ShouldBeGreaterThan(100);
            view.Progress.Value.ShouldBe(100);
            await _mesh.Bed.VerifyGuestAsync("hostb", "told");
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("told");
        }
    }

    [Theory]
    [InlineData("--timeout-suspend", MigrationOutcome.Completed)]
    [InlineData("--timeout-postcopy", MigrationOutcome.CompletedPostCopy)]
    [InlineData("--timeout-abort", MigrationOutcome.AbortedByPolicy)]
    public async Task Should_take_the_timeout_action_when_it_does_not_converge(string action, MigrationOutcome outcome)
    {
        await _mesh.StartGuestAsync("hosta", "busy", "WS=64", "RATE=60");
        try
        {
            string[] options = ["--bandwidth", "16", "--timeout", "6", action];
            var id = await _mesh.StartMigrationAsync("busy", "hostb", action == "--timeout-postcopy" ? [.. options, "--postcopy"] : options);
            var view = await _mesh.AwaitEndAsync(id);
            view.Outcome.ShouldBe(outcome, $"{view.Reason}\n{_mesh.CollectOutput()}");
            await _mesh.Bed.VerifyGuestAsync(outcome == MigrationOutcome.AbortedByPolicy ? "hosta" : "hostb", "busy");
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("busy");
        }
    }

    [Fact]
    public async Task Should_copy_its_disk_when_requested()
    {
        await _mesh.StartGuestAsync("hosta", "disky", "WS=16", "DISK_MIB=64", "DISKRATE=30");
        try
        {
            // Some data that is not all zero, and then no further writes, so that both images can be compared.
            await Eventually.HoldsAsync(
                async () => !(await _mesh.Bed.RunAsync("heartbeat", "hosta", "disky")).Contains("disk=0.0", StringComparison.Ordinal), "the guest writes to its disk");
            await _mesh.Bed.RunAsync("tell", "hosta", "disky", "disk", "0");

            var moved = await _mesh.MigrateAsync("disky", "hostb", "--copy-storage-all", "--migrate-disks", "vda");
            moved.ExitCode.ShouldBe(0, $"{moved}\n{_mesh.CollectOutput()}");
            await _mesh.Bed.VerifyGuestAsync("hostb", "disky");
            var compared = await Shell.RunAsync("qemu-img", ["compare", "-U", _mesh.Bed.ImagePath("hosta", "disky.qcow2"), _mesh.Bed.ImagePath("hostb", "disky.qcow2")]);
            compared.ExitCode.ShouldBe(0, compared.ToString());
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("disky");
        }
    }
}
