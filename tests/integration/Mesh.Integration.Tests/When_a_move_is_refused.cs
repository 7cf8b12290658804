using Mesh.Contracts.Migrations;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

public sealed class When_a_move_is_refused(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;

    private const int Refused = 4;
    private const int NotFound = 9;

    [Fact]
    public async Task Should_report_why_and_leave_the_guest_alone()
    {
        await _mesh.StartGuestAsync("hosta", "stays", "WS=16", "DISK_MIB=16", "CDROM=1");
        try
        {
            await ExpectAsync(["stays", "--to", "nowhere"], "unknown host 'nowhere'", NotFound);
            await ExpectAsync(["stays", "--to", "hosta"], "stays is already on hosta");
            await ExpectAsync(["nosuch", "--to", "hostb"], "no host has reported a VM 'nosuch'", NotFound);
            await ExpectAsync(["stays", "--to", "hostb", "--copy-storage-all", "--migrate-disks", "hda"], "disk hda of stays is a CD-ROM");
            await ExpectAsync(["stays", "--to", "hostb", "--copy-storage-all", "--migrate-disks", "vdz"], "no disk 'vdz'");
            await ExpectAsync(["stays", "--to", "hostb", "--postcopy", "--parallel", "--parallel-connections", "2"], "QEMU refuses them together");
            (await _mesh.Bed.ListRunningAsync("hosta")).ShouldContain("stays");
            (await _mesh.Bed.ListRunningAsync("hostb")).ShouldNotContain("stays");
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("stays");
        }
    }

    [Fact]
    public async Task Should_not_overwrite_an_existing_image()
    {
        await _mesh.StartGuestAsync("hosta", "keeps", "WS=16", "DISK_MIB=16");
        try
        {
            var existing = _mesh.Bed.ImagePath("hostb", "keeps.qcow2");
            await File.WriteAllTextAsync(existing, "somebody's data");
            var result = await _mesh.MigrateAsync("keeps", "hostb", "--copy-storage-all");
            result.ExitCode.ShouldBe(Refused, $"{result}\n{_mesh.CollectOutput()}");
            result.Error.ShouldContain("keeps.qcow2");
            (await File.ReadAllTextAsync(existing)).ShouldBe("somebody's data");
            File.Delete(existing);
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("keeps");
        }
    }

    [Fact]
    public async Task Should_refuse_a_second_migration_of_the_same_guest()
    {
        await _mesh.StartGuestAsync("hosta", "once", "WS=64", "RATE=60");
        try
        {
            var id = await _mesh.StartMigrationAsync("once", "hostb", "--bandwidth", "16");
            await ExpectAsync(["once", "--to", "hostb"], $"already in migration {id}");
            await _mesh.RunAsync("abort", id);
            (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("once");
        }
    }

    private async Task ExpectAsync(string[] arguments, string reason, int exitCode = Refused)
    {
        var result = await _mesh.RunAsync(["migrate", .. arguments]);
        result.ExitCode.ShouldBe(exitCode, result.ToString());
        result.Error.ShouldContain(reason);
        result.Error.Split('\n').Length.ShouldBe(1, result.Error);
    }
}
