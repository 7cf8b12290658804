using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Doctor;
using Mesh.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Server;

/// <summary><c>mesh doctor</c>.</summary>
internal sealed class DoctorVerb : SettingsVerb
{
    private readonly Option<bool> _repair;
    private readonly Option<OutputFormat> _output;

    public DoctorVerb(Io io)
        : base("doctor", "Check the mesh's store and broker, and repair what can be repaired safely.", "Also check this broker: amqp://USER:PASSWORD@HOST:PORT/VHOST.", io)
    {
        Setting("--store", "STORE", "State store: sqlite:PATH, or postgres:CONNECTION with an Npgsql connection string.", Settings.Store);
        _repair = Add(new Option<bool>("--repair") { Description = "Repair what can be repaired without a decision, and report it." });
        _output = Add(OutputOption());
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh doctor", "check the store that 'mesh up' uses"),
        ("mesh doctor --broker amqp://guest:guest@rabbit:5672", "also check the broker's queues"),
        ("mesh doctor --store sqlite:/var/lib/mesh.db --repair", "repair a store"),
        ("mesh doctor --output json | jq '.findings[]'", "findings for programs"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Can run while the mesh is running; changes nothing without --repair. Repairs: apply missing schema steps, rebuild an",
        "unreadable snapshot from an intact journal, correct a row that differs from its snapshot, raise the epoch, set aside messages",
        "that can never be sent, put back those that this version can send, drop unreadable inventories. The broker is only read.",
        $"Exits with {ExitCodes.Success} if no problem remains, with {ExitCodes.Unhealthy} otherwise.",
        "Uses MESH_STORE, MESH_BROKER and --config like 'mesh up'.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var report = await DiagnoseAsync(LoadSettings(parsed), parsed.GetValue(_repair), cancellation);
        if (parsed.GetValue(_output) == OutputFormat.Json)
            JsonOutput.Write(Io, report);
        else
            Write(report);
        return report.IsHealthy ? ExitCodes.Success : ExitCodes.Unhealthy;
    }

    private async Task<DoctorReport> DiagnoseAsync(IConfiguration settings, bool repair, CancellationToken cancellation)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(Io.Time)
            .AddMeshServices(settings)
            .BuildServiceProvider();
        var report = await services.GetRequiredService<StoreDoctor>().DiagnoseAsync(repair, cancellation);
        var broker = settings[Settings.Broker] ?? BusOptions.InMemory;
        return string.Equals(broker, BusOptions.InMemory, StringComparison.OrdinalIgnoreCase)
            ? report
            : await services.GetRequiredService<BrokerDoctor>().DiagnoseAsync(report with { Broker = Secrets.MaskPassword(broker) }, cancellation);
    }

    private void Write(DoctorReport report)
    {
        Io.Out.WriteLine($"store   {report.Store}");
        if (report.Broker is { } broker)
            Io.Out.WriteLine($"broker  {broker}");
        foreach (var checkedItem in report.Checked)
            Io.Out.WriteLine($"checked {checkedItem}");
        Io.Out.WriteLine();
        if (report.Findings.Count > 0)
        {
            var table = new TextTable("STATE", "CHECK", "SUBJECT", "MESSAGE");
            foreach (var finding in report.Findings)
                table.Add(DescribeState(finding), finding.Check, finding.Subject, TextFormatter.ToSingleLine(
                    finding.RepairText.Length > 0 ? $"{finding.Message} ({finding.RepairText})" : finding.Message));
            table.Write(Io);
            Io.Out.WriteLine();
        }

        var open = report.Findings.Count(finding => finding.IsOpen);
        Io.Out.WriteLine(open == 0 ? "healthy" : $"{open} {(open == 1 ? "problem remains" : "problems remain")}");
    }

    private static string DescribeState(DoctorFinding finding) => (finding.Severity, finding.Repair) switch
    {
        (FindingSeverity.Notice, _) => "notice",
        (_, RepairState.Done) => "repaired",
        _ => "problem",
    };
}
