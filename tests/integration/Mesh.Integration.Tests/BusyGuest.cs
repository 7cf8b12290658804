using Mesh.Contracts.Migrations;
using Mesh.Testing;
using Mesh.Testing.Real;

namespace Mesh.Integration.Tests;

/// <summary>
/// A guest that writes memory faster than its migrations may copy it, so that none ends by itself. To boot one takes seconds, so it
/// serves one test after the other: the host where one leaves it is the source of the next.
/// </summary>
public sealed class BusyGuest(MeshSystem mesh)
{
    public const string Name = "busy-one";

    /// <summary>One virtual processor has this long in each period of libvirt's, in microseconds.</summary>
    public const long Period = 100_000;

    /// <summary>libvirt's word for a machine that is not throttled.</summary>
    public const long Unthrottled = -1;

    // Its working set is copied once in a second, and written anew in less than that.
    private static readonly string[] Settings = ["WS=48", "RATE=80"];
    private static readonly string[] Slow = ["--bandwidth", "48"];

    private bool _isWell;
    private bool _arePoliciesKept;

    public string Source { get; private set; } = "hosta";

    public string Destination => Source == "hosta" ? "hostb" : "hosta";

    /// <summary>Asks for its migration to the other host, which must be accepted.</summary>
    public async Task<string> FlyAsync(params string[] options)
    {
        await GetReadyAsync();
        return await mesh.BeginAsync(Name, Destination, [.. Slow, .. options]);
    }

    /// <summary>Asks for its migration, and waits until memory is being copied.</summary>
    public async Task<string> FlyAndCopyAsync(params string[] options)
    {
        var id = await FlyAsync(options);
        await mesh.AwaitAsync(id, view => view is { Phase: MigrationPhase.PreCopy, Sample.Memory.Transferred.Count: > 0 }, "memory is being copied");
        return id;
    }

    /// <summary>Waits until a step of its policy, or a person, has slowed it down by so much.</summary>
    public Task AwaitThrottledAsync(int percent) => AwaitQuotaAsync(Source, Period * (100 - percent) / 100);

    /// <summary>Waits until it may run as long as it likes on a host.</summary>
    public Task AwaitUnthrottledAsync(string host) => AwaitQuotaAsync(host, Unthrottled);

    /// <summary>Waits for a migration's end, and fails unless it has this name and the guest is well where that says.</summary>
    public async Task<MigrationView> LandAsync(string id, MigrationOutcome outcome)
    {
        var view = await mesh.AwaitEndAsync(id);
        view.Outcome.ShouldBe(outcome, $"{view.Reason}\n{mesh.Said()}");
        if (outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy)
            Source = Destination;
        await StayAsync();
        return view;
    }

    /// <summary>Fails unless it runs here and nowhere else, unthrottled, with its memory whole.</summary>
    public async Task StayAsync()
    {
        (await mesh.Bed.StateAsync(Source, Name) ?? "").ShouldStartWith("running");
        (await mesh.Bed.StateAsync(Destination, Name)).ShouldBeNull();
        await AwaitUnthrottledAsync(Source);
        await mesh.Bed.VerifyAsync(Source, Name);
        _isWell = true;
    }

    /// <summary>Has it run, and known to the mesh.</summary>
    public async Task GetReadyAsync()
    {
        if (!_arePoliciesKept)
            await SteeringPolicies.KeepAsync(mesh);
        _arePoliciesKept = true;
        if (_isWell)
        {
            await mesh.AwaitRunningOnAsync(Name, Source);
        }
        else
        {
            // Whatever became of it in the test before.
            await mesh.Bed.RemoveAsync(Name);
            await mesh.GuestAsync(Source, Name, Settings);
        }

        _isWell = false;
    }

    private Task AwaitQuotaAsync(string host, long quota) => Eventually.HoldsAsync(
        async () => await mesh.Bed.QuotaAsync(host, Name) == quota, $"the quota of {Name} on {host} is {quota}", every: TimeSpan.FromMilliseconds(100));
}
