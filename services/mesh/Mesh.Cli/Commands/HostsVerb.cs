using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Vms;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh hosts</c>.</summary>
internal sealed class HostsVerb(Io io) : ClientVerb("hosts", "List hosts.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh hosts", "names, free memory, and which hosts are cordoned, draining or in maintenance"),
        ("mesh hosts --output json", "everything that the agents report"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var hosts = await client.HostsAsync(cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, hosts);
            return ExitCodes.Success;
        }

        var table = new TextTable("HOST", "STATE", "CORDON", "VMS", "CPUS", "MEMORY", "FREE", "HYPERVISOR");
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
        { FenceAttempt: { Failure: null } } => "fencing",
        { Health: HostHealth.Fenced } => "fenced",
        { AgentProblem: { } problem } => $"ignored: {problem}",
        { LastReportAt: null } => "no report yet",
        { Health: HostHealth.Suspect or HostHealth.Unresponsive } =>
            $"{TextFormatter.Format(host.Health)}, last seen {TextFormatter.Format(Io.Time.GetUtcNow() - host.LastReportAt)} ago",
        { HypervisorReachable: false } => "hypervisor not responding",
        _ => "up",
    };
}
