using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh hosts</c>.</summary>
internal sealed class HostsVerb : ClientVerb
{
    public HostsVerb(Io io)
        : base("hosts", "List hosts, or forget one that has left.", io) => Subcommands.Add(new ForgetHostVerb(io));

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh hosts", "names, free memory, and which hosts are cordoned, draining or in maintenance"),
        ("mesh hosts --output json", "everything that the agents report"),
        ("mesh hosts forget host-a", "remove a host that is gone for good"),
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
            $"{TextFormatter.Format(host.Health)}, last seen {TextFormatter.FormatAge(host.LastReportAt, Io.Time.GetUtcNow())}",
        { HypervisorReachable: false } => "hypervisor not responding",
        _ => "up",
    };
}

/// <summary><c>mesh hosts forget</c>.</summary>
internal sealed class ForgetHostVerb : ClientVerb
{
    private readonly Argument<string> _host = new("HOST") { Description = "Host name." };

    public ForgetHostVerb(Io io)
        : base("forget", "Forget a host that has left for good.", io) => Arguments.Add(_host);

    public override IReadOnlyList<(string, string)> Examples => [("mesh hosts forget host-a", "after the host was drained and switched off")];

    public override IReadOnlyList<string> Notes =>
    [
        "Refused while the host reports, has unfinished migrations, or is being drained. Its cordon goes with it. A host whose agent",
        "reports again is listed again.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var host = OptionParsers.Parse(parsed.GetRequiredValue(_host), text => new HostName(text));
        var answer = await client.ForgetAsync(host, Io.UserName, cancellation);
        return WriteResponse(output, answer, answer.Explanation);
    }
}
