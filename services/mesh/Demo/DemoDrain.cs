using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Demo;

/// <summary>The second part: a host is emptied for maintenance, through the same API and in the same words as by <c>mesh drain</c>.</summary>
internal sealed class DemoDrain(MeshClient client, Io io)
{
    private const string Id = "demo-drain";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether just those machines were left that cannot move, and all others have.</summary>
    public static bool IsAsExpected(DrainView drain, IReadOnlyList<string> left) =>
        drain.Moves.All(move => move.State == DrainMoveState.Completed)
        && drain.BlockedVms.Select(stuck => stuck.VmName).Order(StringComparer.Ordinal).SequenceEqual(left.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Drains a host and follows it to its end; whether all has gone as expected.</summary>
    /// <param name="host">The host.</param>
    /// <param name="vms">The machines that are there, as soon as the scheduler has heard of the moves before.</param>
    /// <param name="left">Those of them that cannot move.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<bool> RunAsync(HostName host, IReadOnlyList<string> vms, IReadOnlyList<string> left, CancellationToken cancellation)
    {
        await WaitForAsync(host, vms, cancellation);
        await io.Out.WriteLineAsync($"Then {host} is emptied for maintenance (mesh drain {host} --watch):");
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

        return IsAsExpected(await client.DrainAsync(drain.Id, cancellation), left);
    }

    private async Task WaitForAsync(HostName host, IReadOnlyList<string> vms, CancellationToken cancellation)
    {
        while (true)
        {
            var fleet = await client.InventoryAsync(cancellation);
            var there = fleet.Hosts.Where(other => other.Inventory.Host == host).SelectMany(other => other.Inventory.Vms).Where(vm => vm.Status == VmStatus.Up);
            if (there.Select(vm => vm.Name).ToHashSet(StringComparer.Ordinal).SetEquals(vms))
                return;
            await Task.Delay(PollInterval, io.Time, cancellation);
        }
    }
}
