using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh reschedule</c>.</summary>
internal sealed class RescheduleVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "The migration, which must still wait." };
    private readonly Option<MigrationPriority?> _priority;
    private readonly Option<HostName?> _to;
    private readonly Option<IReadOnlyList<HostName>> _orTo;
    private readonly Option<bool> _toAny;

    public RescheduleVerb(Io io)
        : base("reschedule", "Change the priority of a migration that waits, or where it may go.", io)
    {
        Arguments.Add(_id);
        _priority = Add(DestinationOptions.PriorityOption("How much it matters beside others that wait."));
        _to = Add(new Option<HostName?>("--to")
        {
            Description = "The host that is to take it, and no other.",
            HelpName = "HOST",
            CustomParser = OptionParsers.ParsedOption("--to", text => new HostName(text)),
        });
        _orTo = Add(new Option<IReadOnlyList<HostName>>("--or-to")
        {
            Description = "Hosts to try next, in this order. Needs --to.",
            HelpName = "HOST,...",
            CustomParser = OptionParsers.Hosts("--or-to"),
        });
        _toAny = Add(new Option<bool>("--to-any") { Description = "Any host may take it." });
        Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };
            if (Has(_to) && Has(_toAny))
                result.AddError("--to and --to-any exclude each other");
            if (Has(_orTo) && !Has(_to))
                result.AddError("--or-to needs --to");
            if (!Has(_priority) && !Has(_to) && !Has(_toAny))
                result.AddError("nothing to change is given: --priority, --to or --to-any");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh reschedule 3f2a90b1c4de --priority system", "before all others"),
        ("mesh reschedule 3f2a90b1c4de --to host-c --or-to host-d", "these two, in this order"),
        ("mesh reschedule 3f2a90b1c4de --to-any", "wherever it suits best"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var body = new RescheduleBody
        {
            Priority = parsed.GetValue(_priority),
            To = parsed.GetValue(_to),
            Alternatives = parsed.GetValue(_orTo) ?? [],
            ToAny = parsed.GetValue(_toAny),
            RequestedBy = Io.UserName,
        };
        var answer = await client.RescheduleAsync(ReadId(parsed.GetRequiredValue(_id)), body, cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, answer);
        else
            Io.Out.WriteLine(answer.Explanation.Length > 0 ? TextFormatter.ToSingleLine(answer.Explanation) : "rescheduled");
        return ExitCodes.Success;
    }
}
