using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

public sealed class When_post_copy_breaks(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;
    private readonly BusyGuest _guest = fixture.Guest;

    [Fact]
    public async Task Should_be_recovered_with_the_guest_s_memory_intact()
    {
        var before = await _mesh.Bed.CountHeartbeatsAsync(_guest.Destination, BusyGuest.Name);
        var id = await _guest.StartCopyingAsync("--postcopy", "--postcopy-bandwidth", "8");
        (await _mesh.RunAsync("postcopy", id)).ExitCode.ShouldBe(0, _mesh.CollectOutput());

        // Until the guest has the pages that its kernel always needs, QEMU's emulation waits for memory while it holds the lock that a recovery needs.
        await _mesh.AwaitMigrationAsync(id, view => view.Sample is { Phase: JobPhase.PostCopy }, "the guest runs on the destination");
        await Eventually.HoldsAsync(
            async () => await _mesh.Bed.CountHeartbeatsAsync(_guest.Destination, BusyGuest.Name) >= before + 3, "it logs heartbeats there", TimeSpan.FromSeconds(60));

        // The effect of a lost connection on both sides, without waiting for libvirt's keepalive to detect it.
        await _mesh.Bed.VirshAsync(_guest.Source, "domjobabort", BusyGuest.Name, "--postcopy");
        await Eventually.HoldsAsync(
            async () => (await StateAsync(_guest.Source), await StateAsync(_guest.Destination)) is ("paused (post-copy failed)", "running (post-copy failed)"),
            "both sides have failed");

        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.CompletedPostCopy);
        view.Changes.ShouldContain(change => change.Description.StartsWith("recovering post-copy", StringComparison.Ordinal));
    }

    private Task<string?> StateAsync(string host) => _mesh.Bed.GetStateAsync(host, BusyGuest.Name);
}
