using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;

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
            var isDescribed = capacity.LogicalCpus > 0;
            table.Add(
                inventory.Host.ToString(), State(host), host.Cordon is { } cordon ? TextFormatter.Format(cordon.State) : TextFormatter.Placeholder,
                $"{inventory.Vms.Count(vm => vm.Status != VmStatus.Down)}", isDescribed ? $"{capacity.LogicalCpus}" : TextFormatter.Placeholder,
                isDescribed ? capacity.Memory.ToString() : TextFormatter.Placeholder, isDescribed ? capacity.FreeMemory.ToString() : TextFormatter.Placeholder,
                isDescribed ? $"{inventory.Hypervisor.Kind} {inventory.Hypervisor.Version}" : TextFormatter.Placeholder);
        }

        table.Write(Io);
        foreach (var line in hosts.SelectMany(Remarks).Distinct(StringComparer.Ordinal))
            Io.Out.WriteLine(TextFormatter.ToSingleLine(line));
        return ExitCodes.Success;
    }

    private static IEnumerable<string> Remarks(HostView host) =>
    [
        .. host.Problems.Select(problem => $"{host.Inventory.Host}: {problem.Message}: {problem.Remedy}"),
        .. host.DuplicateVms.Select(vm => VmObstacles.RunsOnTwoHosts(vm.Name, [.. vm.Hosts.Append(host.Inventory.Host).OrderBy(name => name.Value, StringComparer.Ordinal)]).Message),
    ];

    private string State(HostView host) => string.Join(", ", host.Problems.Select(problem => Describe(problem.Kind)).Distinct(StringComparer.Ordinal).Prepend(DescribeHealth(host)));

    private static string Describe(HostProblemKind kind) => kind switch
    {
        HostProblemKind.IdentityConflict => "two agents of this name",
        HostProblemKind.StaleAgent => "agent epoch behind",
        HostProblemKind.InvalidVms => "invalid VM data",
        _ => "reporting invalid data",
    };

    private string DescribeHealth(HostView host) => host switch
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
