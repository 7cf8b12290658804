using Mesh.Contracts.Migrations;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>
/// A guest that dirties memory faster than its migrations may copy it, so that none completes by itself. Booting takes seconds, so it
/// is used by one test after the other: the host where a test leaves it is the source of the next.
/// </summary>
public sealed class BusyGuest(MeshSystem mesh)
{
    public const string Name = "busy-one";

    /// <summary>The run time of a vCPU in each period of libvirt without a quota, in microseconds.</summary>
    public const long CpuPeriod = 100_000;

    /// <summary>libvirt's value for a VM that is not throttled.</summary>
    public const long Unthrottled = -1;

    // Its working set is copied once per second, and rewritten in less than that.
    private static readonly string[] Settings = ["WS=48", "RATE=80"];
    private static readonly string[] Slow = ["--bandwidth", "48"];

    private bool _isHealthy;
    private bool _arePoliciesApplied;

    public string Source { get; private set; } = "hosta";

    public string Destination => Source == "hosta" ? "hostb" : "hosta";

    /// <summary>Requests its migration to the other host, which must be accepted.</summary>
    public async Task<string> StartMigrationAsync(params string[] options)
    {
        await EnsureRunningAsync();
        return await mesh.StartMigrationAsync(Name, Destination, [.. Slow, .. options]);
    }

    /// <summary>Requests its migration, and waits until memory is being copied.</summary>
    public async Task<string> StartCopyingAsync(params string[] options)
    {
        var id = await StartMigrationAsync(options);
        await mesh.AwaitMigrationAsync(id, view => view is { Phase: MigrationPhase.PreCopy, Sample.Copy.Memory.Transferred.Count: > 0 }, "memory is being copied");
        return id;
    }

    /// <summary>Waits until its policy or an operator has throttled it by this percentage.</summary>
    public Task AwaitThrottledAsync(int percent) => AwaitQuotaAsync(Source, CpuPeriod * (100 - percent) / 100);

    /// <summary>Waits until it is unthrottled on a host.</summary>
    public Task AwaitUnthrottledAsync(string host) => AwaitQuotaAsync(host, Unthrottled);

    /// <summary>Waits for the end of a migration, and fails unless it has this outcome and the guest is healthy on the matching host.</summary>
    public async Task<MigrationView> ExpectEndAsync(string id, MigrationOutcome outcome)
    {
        var view = await mesh.AwaitEndAsync(id);
        view.Outcome.ShouldBe(outcome, $"{view.Reason}\n{mesh.CollectOutput()}");
        if (outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy)
            Source = Destination;
        await ExpectHealthyAsync();
        return view;
    }

    /// <summary>Fails unless it runs on <see cref="Source"/> and nowhere else, unthrottled, with its memory intact.</summary>
    public async Task ExpectHealthyAsync()
    {
        (await mesh.Bed.GetStateAsync(Source, Name) ?? "").ShouldStartWith("running");
        (await mesh.Bed.GetStateAsync(Destination, Name)).ShouldBeNull();
        await AwaitUnthrottledAsync(Source);
        await mesh.Bed.VerifyGuestAsync(Source, Name);
        _isHealthy = true;
    }

    /// <summary>Ensures that it is running and known to the mesh.</summary>
    public async Task EnsureRunningAsync()
    {
        if (!_arePoliciesApplied)
            await SteeringPolicies.ApplyAsync(mesh);
        _arePoliciesApplied = true;
        if (_isHealthy)
        {
            await mesh.AwaitRunningOnAsync(Name, Source);
        }
        else
        {
            // The previous test may have left it in any state.
            await mesh.Bed.RemoveGuestAsync(Name);
            await mesh.StartGuestAsync(Source, Name, Settings);
        }

        _isHealthy = false;
    }

    private Task AwaitQuotaAsync(string host, long quota) => Eventually.HoldsAsync(
        async () => await mesh.Bed.GetVcpuQuotaAsync(host, Name) == quota, $"the quota of {Name} on {host} is {quota}", every: TimeSpan.FromMilliseconds(100));
}
