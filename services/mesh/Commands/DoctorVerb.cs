using System.CommandLine;
using Mesh.Cli.Hosting;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Doctor;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh doctor</c>.</summary>
internal sealed class DoctorVerb : SettingsVerb
{
    private readonly Option<bool> _repair;
    private readonly Option<OutputFormat> _output;

    public DoctorVerb(Io io)
        : base("doctor", "Examine the mesh's store and broker, and repair what is safe to repair.", "A broker to look at as well: amqp://USER:PASSWORD@HOST:PORT/VHOST.", io)
    {
        Setting("--store", "STORE", "The store: sqlite:PATH, or postgres:CONNECTION with an Npgsql connection string.", Settings.Store);
        _repair = Add(new Option<bool>("--repair") { Description = "Repair what needs no judgement, and say what was done." });
        _output = Add(OutputOption());
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh doctor", "is the store that 'mesh up' uses in order?"),
        ("mesh doctor --broker amqp://guest:guest@rabbit:5672", "and what waits or failed in the queues?"),
        ("mesh doctor --store sqlite:/var/lib/mesh.db --repair", "repair what is safe to repair"),
        ("mesh doctor --output json | jq '.findings[]'", "for programs"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "It may run beside a mesh that is at work, and changes nothing without --repair. Repairs: apply missing steps of the schema,",
        "rebuild a snapshot that cannot be read from a journal that is whole, set a row to what its snapshot says, raise the epoch, set",
        "aside messages that can never be sent, put back those that this version can send, drop inventories that cannot be read.",
        $"It ends with {ExitCodes.Success} when nothing is left to do, and with {ExitCodes.Unhealthy} otherwise. On the broker it reads without taking anything away.",
        "MESH_STORE, MESH_BROKER and --config count as for 'mesh up'.",
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
        foreach (var examined in report.Checked)
            Io.Out.WriteLine($"looked at {examined}");
        Io.Out.WriteLine();
        if (report.Findings.Count > 0)
        {
            var table = new TextTable("FOUND", "CHECK", "WHAT", "WHY");
            foreach (var finding in report.Findings)
                table.Add(DescribeState(finding), finding.Check, finding.Subject, TextFormatter.ToSingleLine(
                    finding.RepairText.Length > 0 ? $"{finding.Message} ({finding.RepairText})" : finding.Message));
            table.Write(Io);
            Io.Out.WriteLine();
        }

        var open = report.Findings.Count(finding => finding.IsOpen);
        Io.Out.WriteLine(open == 0 ? "healthy" : $"{open} {(open == 1 ? "problem is" : "problems are")} left");
    }

    private static string DescribeState(DoctorFinding finding) => (finding.Severity, finding.Repair) switch
    {
        (FindingSeverity.Notice, _) => "notice",
        (_, RepairState.Done) => "repaired",
        _ => "problem",
    };
}
