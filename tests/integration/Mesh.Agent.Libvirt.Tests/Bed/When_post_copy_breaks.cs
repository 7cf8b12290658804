using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;

namespace Mesh.Agent.Libvirt.Tests.Bed;

/// <summary>Post-copy that loses its connection and is recovered, on real guests.</summary>
[Collection(TestBedCollection.Name)]
public sealed class When_post_copy_breaks(TestBedFixture fixture)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private const string Uri = $"qemu+tcp://{TestBedFixture.Destination}/system";

    // Every kind of option that libvirt might reject in a recovery.
    private static readonly MigrationOptions Options = new()
    {
        PostCopy = true,
        Bandwidth = BytesPerSecond.FromMebibytes(16),
        PostCopyBandwidth = BytesPerSecond.FromMebibytes(8),
        MaxDowntime = TimeSpan.FromMilliseconds(100),
        AutoConverge = true,
        Persistent = true,
        UndefineSource = true,
    };

    [Fact]
    public async Task Both_copies_stay_paused_until_it_is_recovered()
    {
        var (vm, moving) = await InPostCopyAsync("torn", "PERSISTENT=1");

        await fixture.Bed.RunAsync("exec", TestBedFixture.Source, "sh", "-c", "ss -K dst 10.77.0.2 2>/dev/null; true");

        (await moving).Outcome.ShouldBe(MigrateOutcome.Failed);
        await AreAsync("torn", "paused (post-copy failed)", "running (post-copy failed)");
        await IsRecoveredAsync("torn", vm);
    }

    [Fact]
    public async Task A_post_copy_that_only_libvirt_considers_broken_is_recovered_too()
    {
        var (vm, moving) = await InPostCopyAsync("believed");

        await fixture.Bed.RunAsync("kill-daemon", TestBedFixture.Destination);
        (await moving).Outcome.ShouldBe(MigrateOutcome.Failed);
        await fixture.Bed.RunAsync("start-daemon", TestBedFixture.Destination);

        await AreAsync("believed", "paused (post-copy failed)", "running (post-copy)");
        await IsRecoveredAsync("believed", vm);
    }

    [Fact]
    public async Task A_healthy_post_copy_is_never_recovered()
    {
        var (vm, moving) = await InPostCopyAsync("well");

        var result = await fixture.At(TestBedFixture.Source).MigrateAsync(new VmMigration(vm, Uri, Options, IsRecovery: true), default);

        result.Outcome.ShouldBe(MigrateOutcome.Failed);
        result.Error.ShouldContain("paused (post-copy): it has no failed post-copy");
        await EndsWellAsync("well", vm, moving);
    }

    /// <summary>
    /// Until the guest has the pages that its kernel always needs, recovery cannot work here: under TCG a vCPU handles an interrupt while it
    /// holds QEMU's lock, and if it then waits for a page, the destination's monitor, which libvirt queries first, never responds.
    /// </summary>
    private async Task<(VmId Vm, Task<MigrateResult> Moving)> InPostCopyAsync(string name, params string[] settings)
    {
        var vm = await fixture.BusyGuestAsync(name, ["WS=128", .. settings]);
        var source = fixture.At(TestBedFixture.Source);
        var moving = source.MigrateAsync(new VmMigration(vm, Uri, Options), default);
        await Eventually.HoldsAsync(async () => await SentAsync(vm) > 0, "memory is being copied", Timeout);
        await source.StartPostCopyAsync(vm, default);
        await AreAsync(name, "paused (post-copy)", "running (post-copy)");
        await Eventually.HoldsAsync(async () => await fixture.Bed.CountHeartbeatsAsync(TestBedFixture.Destination, name) >= 3, "the guest logs heartbeats on the destination", Timeout);
        return (vm, moving);
    }

    private async Task<long> SentAsync(VmId vm) => (await fixture.At(TestBedFixture.Source).ReadJobAsync(vm, default))?.Copy.Memory.Transferred.Count ?? 0;

    /// <summary>Retries as the mesh does: the destination's libvirt may need a moment to notice the failure.</summary>
    private async Task IsRecoveredAsync(string name, VmId vm)
    {
        var source = fixture.At(TestBedFixture.Source);
        var results = new List<string>();
        for (var tries = 0; tries < 10; tries++)
        {
            var recovering = source.MigrateAsync(new VmMigration(vm, Uri, Options, IsRecovery: true), default);
            await Eventually.HoldsAsync(
                async () => recovering.IsCompleted || await StatesAsync(name) == ("paused (post-copy)", "running (post-copy)"), "the recovery has started or failed", Timeout);
            if (!recovering.IsCompleted)
            {
                await EndsWellAsync(name, vm, recovering);
                return;
            }

            results.Add($"{await recovering}");
        }

        throw new TimeoutException($"not recovered: {string.Join("; ", results)}");
    }

    private async Task EndsWellAsync(string name, VmId vm, Task<MigrateResult> moving)
    {
        await fixture.At(TestBedFixture.Source).SetBandwidthAsync(vm, CopyStage.PostCopy, null, default);
        (await moving).ShouldBe(MigrateResult.Completed);
        (await fixture.Bed.GetStateAsync(TestBedFixture.Destination, name)).ShouldBe("running (migrated)");
        (await fixture.Bed.ListRunningAsync(TestBedFixture.Source)).ShouldNotContain(name);
        await fixture.Bed.VerifyGuestAsync(TestBedFixture.Destination, name);
        await fixture.Bed.RemoveGuestAsync(name);
    }

    private async Task<(string? Source, string? Destination)> StatesAsync(string name) =>
        (await fixture.Bed.GetStateAsync(TestBedFixture.Source, name), await fixture.Bed.GetStateAsync(TestBedFixture.Destination, name));

    private Task AreAsync(string name, string onSource, string onDestination) => Eventually.HoldsAsync(
        async () => await StatesAsync(name) == (onSource, onDestination), $"{name} is {onSource} and {onDestination}", Timeout);
}
