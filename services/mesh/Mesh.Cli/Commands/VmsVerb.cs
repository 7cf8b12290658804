using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh vms</c>.</summary>
internal sealed class VmsVerb : ClientVerb
{
    private readonly Option<HostName?> _host;

    public VmsVerb(Io io)
        : base("vms", "List the VMs of all hosts, or of one.", io) => _host = Add(new Option<HostName?>("--host")
        {
            Description = "Only VMs of this host.",
            HelpName = "HOST",
            CustomParser = OptionParsers.ParsedOption("--host", text => new HostName(text)),
        });

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh vms", "all VMs and their hosts"),
        ("mesh vms --host host-a", "VMs to migrate before maintenance"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var vms = await client.VmsAsync(cancellation);
        if (parsed.GetValue(_host) is { } host)
        {
            vms = [.. vms.Where(located => located.Host == host)];
            if (vms.Count == 0 && !(await client.HostsAsync(cancellation)).Any(known => known.Inventory.Host == host))
                throw new CliException(ExitCodes.NotFound, $"host '{host}' not found (see 'mesh hosts')");
        }

        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, vms);
            return ExitCodes.Success;
        }

        var table = new TextTable("VM", "HOST", "STATUS", "MEMORY", "VCPUS", "UUID", "DISKS");
        foreach (var view in vms)
        {
            var vm = view.Vm;
            var isDescribed = vm.VCpus > 0;
            table.Add(
                vm.Name, view.Host.ToString(), Status(view), isDescribed ? vm.Memory.ToString() : TextFormatter.Placeholder,
                isDescribed ? $"{vm.VCpus}" : TextFormatter.Placeholder, vm.Id.ToString(),
                vm.Disks.Count == 0 ? TextFormatter.Placeholder : string.Join(',', vm.Disks.Select(disk => disk.Target)));
        }

        table.Write(Io);
        return ExitCodes.Success;
    }

    private string Status(VmView view) =>
        DescribeStatus(view) + (view.AlsoRunsOn.Count > 0 ? $", also running on {string.Join(", ", view.AlsoRunsOn)}" : "") + (view.Vm.NotResponding ? ", not responding" : "") + (view.Vm.Throttle is { Value: > 0 } throttle ? $", vCPU throttle {throttle}" : "");

    // The last report of an unresponsive host may be outdated: the status is unknown.
    private string DescribeStatus(VmView view) => view switch
    {
        { InvalidData: { } reason } => $"invalid data: {TextFormatter.ToSingleLine(reason)}",
        { Health: HostHealth.Unresponsive } => $"unknown (was {TextFormatter.Format(view.Vm.Status)}; host last seen {FormatAge(view.LastReportAt)})",
        { Migrating: { IsUnknown: true } row } => $"unknown ({TextFormatter.Format(view.Vm.Status)}; {DescribeUnresponsiveHosts(row)})",
        { Migrating: { } row } when view.Vm.Status == VmStatus.MigratingFrom && row.Destination is { } to => $"{TextFormatter.Format(view.Vm.Status)} to {to}",
        { Migrating: { } row } when view.Vm.Status == VmStatus.MigratingTo && row.Source is { } from => $"{TextFormatter.Format(view.Vm.Status)} from {from}",
        _ => TextFormatter.Format(view.Vm.Status),
    };

    private string DescribeUnresponsiveHosts(MigratingVm row) => string.Join(", ", row.Hosts
        .Where(host => host.Health == HostHealth.Unresponsive).Select(host => $"{host.Host} last seen {FormatAge(host.ReportedAt)}"));

    private string FormatAge(DateTimeOffset? reportedAt) => TextFormatter.FormatAge(reportedAt, Io.Time.GetUtcNow());
}
