using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Doctor;
using Mesh.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Server;

/// <summary><c>mesh doctor</c>.</summary>
internal sealed class DoctorVerb : SettingsVerb
{
    private readonly Option<bool> _repair;
    private readonly Option<bool> _errors;
    private readonly Option<string?> _clearErrors;
    private readonly Option<bool> _releaseClaim;
    private readonly Option<OutputFormat> _output;

    public DoctorVerb(Io io)
        : base("doctor", "Check the mesh's store and broker, and repair what can be repaired safely.", "Also check this broker: amqp://USER:PASSWORD@HOST:PORT/VHOST.", io)
    {
        Setting("--store", "STORE", "State store: sqlite:PATH, or postgres:CONNECTION with an Npgsql connection string.", Settings.Store);
        _repair = Add(new Option<bool>("--repair") { Description = "Repair what can be repaired without a decision, and report it." });
        _errors = Add(new Option<bool>("--errors") { Description = "Also print the messages in the error queues, at most 50 of each. Requires a broker." });
        _clearErrors = Add(new Option<string?>("--clear-errors")
        {
            Description = $"Delete the messages in the error queue of this queue; '{BrokerDoctor.AllQueues}' for all. Requires a broker.",
            HelpName = "QUEUE",
        });
        _releaseClaim = Add(new Option<bool>("--release-claim")
        {
            Description = "Free the store and the broker for other partners: the next 'mesh up' claims both. Only while no mesh is running on them.",
        });
        _output = Add(OutputOption());
        Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };
            if (Has(_clearErrors) && (Has(_releaseClaim) || Has(_repair)))
                result.AddError("--clear-errors cannot be combined with --repair or --release-claim");
            if (Has(_releaseClaim) && Has(_repair))
                result.AddError("--release-claim and --repair are mutually exclusive");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh doctor", "check the store that 'mesh up' uses"),
        ("mesh doctor --broker amqp://guest:guest@rabbit:5672", "also check the broker's queues"),
        ("mesh doctor --store sqlite:/var/lib/mesh.db --repair", "repair a store"),
        ("mesh doctor --broker amqp://rabbit --errors", "print the messages that could not be handled"),
        ("mesh doctor --broker amqp://rabbit --clear-errors mesh.host-reports", "delete them, once their cause is known"),
        ("mesh doctor --broker amqp://new-rabbit --release-claim", "after the mesh has moved to another broker"),
        ("mesh doctor --output json | jq '.findings[]'", "findings for programs"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Can run while the mesh is running; changes nothing without --repair. Repairs: apply missing schema steps, rebuild an",
        "unreadable snapshot from an intact journal, correct a row that differs from its snapshot, raise the epoch, set aside messages",
        "that can never be sent, put back those that this version can send, drop unreadable inventories. The broker is only read,",
        "except by --clear-errors and --release-claim.",
        "A store and a broker claim each other at the first start, so that two meshes cannot answer for each other. Release the claim when",
        "the mesh moves to another broker, or when a store was lost and a new one takes its place.",
        $"Exits with {ExitCodes.Success} if no problem remains, with {ExitCodes.Unhealthy} otherwise.",
        "Uses MESH_STORE, MESH_BROKER and --config like 'mesh up'.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = LoadSettings(parsed);
        var output = parsed.GetValue(_output);
        var broker = settings[Settings.Broker] is { } given && !string.Equals(given, BusOptions.InMemory, StringComparison.OrdinalIgnoreCase) ? given : null;
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(Io.Time)
            .AddMeshServices(settings)
            .BuildServiceProvider();
        if (parsed.GetValue(_releaseClaim))
            return await ReleaseClaimAsync(services, broker, cancellation);
        if (broker is null && (parsed.GetValue(_errors) || parsed.GetValue(_clearErrors) is not null))
            throw new CliException(ExitCodes.Usage, $"{(parsed.GetValue(_errors) ? _errors.Name : _clearErrors.Name)} requires a broker: use --broker amqp://USER:PASSWORD@HOST:PORT/VHOST or set MESH_BROKER");

        var report = await services.GetRequiredService<StoreDoctor>().DiagnoseAsync(parsed.GetValue(_repair), cancellation);
        if (parsed.GetValue(_clearErrors) is { } queue)
            return await ClearErrorsAsync(services.GetRequiredService<BrokerDoctor>(), report, queue, output, cancellation);
        if (broker is not null)
            report = await services.GetRequiredService<BrokerDoctor>().DiagnoseAsync(report with { Broker = Secrets.MaskPassword(broker) }, cancellation);
        if (!parsed.GetValue(_errors))
            report = report with { FailedMessages = null };
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, report);
        else
            Write(report);
        return report.IsHealthy ? ExitCodes.Success : ExitCodes.Unhealthy;
    }

    private async Task<int> ReleaseClaimAsync(ServiceProvider services, string? broker, CancellationToken cancellation)
    {
        var (store, claimed) = await services.GetRequiredService<StoreDoctor>().ReleaseClaimAsync(cancellation);
        Io.Out.WriteLine(claimed is null ? $"store {store}: was not claimed" : $"store {store}: released; it was claimed with the broker {claimed}");
        if (broker is null)
            return ExitCodes.Success;
        var owner = await services.GetRequiredService<BrokerDoctor>().ReleaseClaimAsync(cancellation);
        Io.Out.WriteLine(owner is null
            ? $"broker {Secrets.MaskPassword(broker)}: was not claimed"
            : $"broker {Secrets.MaskPassword(broker)}: released; it was claimed by the store {owner}");
        return ExitCodes.Success;
    }

    private async Task<int> ClearErrorsAsync(BrokerDoctor doctor, DoctorReport report, string queue, OutputFormat output, CancellationToken cancellation)
    {
        if (await doctor.ClearAsync(report, queue, cancellation) is not { } cleared)
            throw new CliException(ExitCodes.NotFound, $"the mesh has no queue '{queue}' ('mesh doctor --broker ...' names the error queues, such as mesh.host-reports_error)");
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, cleared);
        else if (cleared.Count == 0)
            Io.Out.WriteLine("no failed messages");
        else
            foreach (var state in cleared)
                Io.Out.WriteLine($"{state.Name}: {state.Waiting} {(state.Waiting == 1 ? "message" : "messages")} deleted");
        return ExitCodes.Success;
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

        if (report.FailedMessages is { } failed)
            Write(failed);
        var open = report.Findings.Count(finding => finding.IsOpen);
        Io.Out.WriteLine(open == 0 ? "healthy" : $"{open} {(open == 1 ? "problem remains" : "problems remain")}");
    }

    private void Write(IReadOnlyList<FailedMessage> messages)
    {
        foreach (var message in messages)
        {
            Io.Out.WriteLine($"{message.Queue}, from {message.Sender}{(message.At is { } at ? $", {at}" : "")}: {TextFormatter.ToSingleLine(message.Reason)}");
            Io.Out.WriteLine($"    {TextFormatter.ToSingleLine(message.Content)}");
        }

        Io.Out.WriteLine(messages.Count == 0 ? "no failed messages" : "Delete them with 'mesh doctor --clear-errors QUEUE' once their cause is known.");
        Io.Out.WriteLine();
    }

    private static string DescribeState(DoctorFinding finding) => (finding.Severity, finding.Repair) switch
    {
        (FindingSeverity.Notice, _) => "notice",
        (_, RepairState.Done) => "repaired",
        _ => "problem",
    };
}
