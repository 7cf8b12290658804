using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>Three hosts of its own, six guests on the first; its link is slow, so that migrations last long enough to be observed.</summary>
public sealed class When_a_host_is_drained : IAsyncLifetime
{
    private const int OutboundMax = 2;
    private const string SlowLinkMbit = "200";

    private static readonly string[] Guests = ["d1", "d2", "d3", "d4", "d5", "d6"];

    private readonly MeshSystem _mesh = new() { Hosts = ["hosta", "hostb", "hostc"] };

    public async ValueTask InitializeAsync()
    {
        await _mesh.StartAsync();
        foreach (var guest in Guests)
            await _mesh.StartGuestAsync("hosta", guest, "WS=16", "RATE=2");
        await _mesh.Bed.RunAsync("shape", "hosta", SlowLinkMbit);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_move_all_guests_with_at_most_two_at_once_and_back_again()
    {
        var planned = await DrainAsync("hosta", "--dry-run");
        planned.State.ShouldBe(DrainState.Planned);
        planned.Moves.Select(move => move.VmName).ShouldBe(Guests, ignoreOrder: true);
        planned.Makespan.ShouldBeGreaterThanOrEqualTo(planned.LowerBound);
        (await _mesh.Bed.ListRunningAsync("hosta")).ShouldBe(Guests, ignoreOrder: true, "a dry run moves nothing");

        var drained = await AwaitDoneAsync(await DrainAsync("hosta"));
        drained.State.ShouldBe(DrainState.Completed, _mesh.CollectOutput());
        await CheckGuestsAsync(drained, isEmpty: "hosta");
        (await MaxConcurrentAsync()).ShouldBeInRange(1, OutboundMax);

        var refused = await _mesh.RunAsync("migrate", "d1", "--to", "hosta");
        refused.ExitCode.ShouldBe(4, "a host in maintenance accepts no VM");
        refused.Error.ShouldContain("maintenance");

        await _mesh.Bed.RunAsync("shape", "hosta", "off");
        var undone = await AwaitDoneAsync(await DrainAsync("--undo", "hosta"));
        undone.State.ShouldBe(DrainState.Completed, _mesh.CollectOutput());
        await Eventually.HoldsAsync(
            async () => (await _mesh.Bed.ListRunningAsync("hosta")).Count == Guests.Length, "all guests are back on their host", TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Should_use_another_host_when_a_destination_dies()
    {
        var drain = await DrainAsync("hosta");
        var to = await Eventually.ReturnsAsync(
            async () => (await _mesh.Api.ListMigrationsAsync()).FirstOrDefault(view => view is { Phase: MigrationPhase.PreCopy, Sample.Copy.Memory.Transferred.Count: > 0 })?.Destination?.Value,
            "the first guest is being copied", TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(100));
        await _mesh.Bed.RunAsync("power-off", to);
        var arrived = (await _mesh.Api.ListMigrationsAsync()).Where(view => view.Destination?.Value == to && view.Outcome == MigrationOutcome.Completed).Select(view => view.VmName).ToList();
        await Eventually.HoldsAsync(
            async () => (await _mesh.RunAsync("fence", to, "--confirm")).ExitCode == 0, $"{to} is fenced", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));

        var drained = await AwaitDoneAsync(drain);
        drained.State.ShouldBe(DrainState.Completed, _mesh.CollectOutput());

        // The guests on the dead host died with it; each of the others runs exactly once and intact on the remaining host.
        var remaining = to == "hostb" ? "hostc" : "hostb";
        arrived.Count.ShouldBeLessThan(Guests.Length);
        (await _mesh.Bed.ListRunningAsync("hosta")).ShouldBeEmpty();
        (await _mesh.Bed.ListRunningAsync(remaining)).ShouldBe(Guests.Except(arrived), ignoreOrder: true, _mesh.CollectOutput());
        foreach (var guest in Guests.Except(arrived))
            await _mesh.Bed.VerifyGuestAsync(remaining, guest);
        (await MaxConcurrentAsync()).ShouldBeInRange(1, OutboundMax);
    }

    private async Task CheckGuestsAsync(DrainView drain, string isEmpty)
    {
        (await _mesh.Bed.ListRunningAsync(isEmpty)).ShouldBeEmpty();
        foreach (var move in drain.Moves)
        {
            move.State.ShouldBe(DrainMoveState.Completed, move.Message);
            await _mesh.Bed.VerifyGuestAsync(move.To.Value, move.VmName);
        }
    }

    private async Task<DrainView> DrainAsync(params string[] arguments)
    {
        var answer = await _mesh.RunAsync(["drain", .. arguments, "--output", "json"]);
        answer.ExitCode.ShouldBe(0, $"{answer}\n{_mesh.CollectOutput()}");
        return JsonSerializer.Deserialize<DrainView>(answer.Output, MeshJson.Options)!;
    }

    private async Task<DrainView> AwaitDoneAsync(DrainView drain)
    {
        DrainView? last = null;
        try
        {
            return await Eventually.ReturnsAsync(
                async () => (last = await _mesh.Api.FindDrainAsync(drain.Id)) is { State: DrainState.Completed or DrainState.Blocked } ended ? ended : null,
                "the drain has ended", TimeSpan.FromMinutes(4), TimeSpan.FromMilliseconds(500));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; {JsonSerializer.Serialize(last, MeshJson.Options)}\n{_mesh.CollectOutput()}", e);
        }
    }

    /// <summary>The maximum number of migrations that copied at once, according to the mesh.</summary>
    private async Task<int> MaxConcurrentAsync()
    {
        var copied = (await _mesh.Api.ListMigrationsAsync()).Where(view => view is { Source.Value: "hosta", StartedAt: not null, EndedAt: not null }).ToList();
        return copied.Select(view => copied.Count(other => other.StartedAt <= view.StartedAt && other.EndedAt > view.StartedAt)).DefaultIfEmpty().Max();
    }
}
