using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Vms;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh hosts</c>.</summary>
internal sealed class HostsVerb(Io io) : ClientVerb("hosts", "List the hosts whose agents have reported.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh hosts", "names to use with --to, how much memory is free, and which are cordoned, draining or in maintenance"),
        ("mesh hosts --output json", "with everything that their agents tell"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var hosts = await client.HostsAsync(cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, hosts);
            return ExitCodes.Success;
        }

        var table = new TextTable("HOST", "STATE", "CORDON", "RUNNING", "CPUS", "MEMORY", "FREE", "HYPERVISOR");
        foreach (var host in hosts)
        {
            var (inventory, capacity) = (host.Inventory, host.Inventory.Capacity);
            table.Add(
                inventory.Host.ToString(), State(host), host.Cordon is { } cordon ? TextFormatter.Format(cordon.State) : TextFormatter.Placeholder,
                $"{inventory.Vms.Count(vm => vm.Status != VmStatus.Down)}", $"{capacity.LogicalCpus}",
                capacity.Memory.ToString(), capacity.FreeMemory.ToString(), $"{inventory.Hypervisor.Kind} {inventory.Hypervisor.Version}");
        }

        table.Write(Io);
        return ExitCodes.Success;
    }

    private string State(HostView host) => host switch
    {
        { FenceAttempt: { Failure: null } } => "being fenced",
        { Health: HostHealth.Fenced } => "fenced",
        { AgentProblem: { } problem } => $"ignored: {problem}",
        { LastReportAt: null } => "not heard of yet",
        { Health: HostHealth.Suspect or HostHealth.Unresponsive } => $"{TextFormatter.Format(host.Health)}, last heard {TextFormatter.Format(Io.Time.GetUtcNow() - host.LastReportAt)} ago",
        { HypervisorReachable: false } => "hypervisor does not answer",
        _ => "up",
    };
}
