using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Api;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Server.Demo;

/// <summary>The second part: drains a host for maintenance, through the same API and with the same output as <c>mesh drain</c>.</summary>
internal sealed class DemoDrain(MeshClient client, Io io)
{
    private const string Id = "demo-drain";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether exactly the VMs that cannot migrate were left, and all others have moved.</summary>
    public static bool IsAsExpected(DrainView drain, IReadOnlyList<string> blocked) =>
        drain.Moves.All(move => move.State == DrainMoveState.Completed)
        && drain.BlockedVms.Select(vm => vm.VmName).Order(StringComparer.Ordinal).SequenceEqual(blocked.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Drains a host and watches the drain; true if it ended as expected.</summary>
    /// <param name="host">The host.</param>
    /// <param name="vms">The host's VMs, once the scheduler knows the results of the earlier moves.</param>
    /// <param name="blocked">Those of them that cannot migrate.</param>
    /// <param name="cancellation">Cancels the drain's watch.</param>
    public async Task<bool> RunAsync(HostName host, IReadOnlyList<string> vms, IReadOnlyList<string> blocked, CancellationToken cancellation)
    {
        await WaitForAsync(host, vms, cancellation);
        await io.Out.WriteLineAsync($"Draining {host} for maintenance (mesh drain {host} --watch):");
        await io.Out.WriteLineAsync();
        var drain = await client.DrainAsync(new DrainBody { Id = Id, Hosts = [host], RequestedBy = "demo", Reason = "maintenance" }, cancellation);
        DrainText.WritePlan(io, drain);
        await io.Out.FlushAsync(cancellation);
        try
        {
            await new DrainWatcher(io, client, OutputFormat.Table).WatchAsync(drain, cancellation);
        }
        catch (CliException e) when (e.ExitCode == ExitCodes.Refused)
        {
            await io.Out.WriteLineAsync(e.Message);
        }
        catch (CliException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }

        return IsAsExpected(await client.DrainAsync(drain.Id, cancellation), blocked);
    }

    private async Task WaitForAsync(HostName host, IReadOnlyList<string> vms, CancellationToken cancellation)
    {
        while (true)
        {
            var fleet = await client.InventoryAsync(cancellation);
            var running = fleet.Hosts.Where(other => other.Inventory.Host == host).SelectMany(other => other.Inventory.Vms).Where(vm => vm.Status == VmStatus.Up);
            if (running.Select(vm => vm.Name).ToHashSet(StringComparer.Ordinal).SetEquals(vms))
                return;
            await Task.Delay(PollInterval, io.Time, cancellation);
        }
    }
}
