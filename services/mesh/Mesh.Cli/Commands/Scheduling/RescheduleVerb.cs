using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh reschedule</c>.</summary>
internal sealed class RescheduleVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "Migration ID; the migration must be queued." };
    private readonly Option<MigrationPriority?> _priority;
    private readonly Option<HostName?> _to;
    private readonly Option<IReadOnlyList<HostName>> _orTo;
    private readonly Option<bool> _toAny;

    public RescheduleVerb(Io io)
        : base("reschedule", "Change the priority or the destinations of a queued migration.", io)
    {
        Arguments.Add(_id);
        _priority = Add(DestinationOptions.PriorityOption("New priority."));
        _to = Add(new Option<HostName?>("--to")
        {
            Description = "New destination host.",
            HelpName = "HOST",
            CustomParser = OptionParsers.ParsedOption("--to", text => new HostName(text)),
        });
        _orTo = Add(new Option<IReadOnlyList<HostName>>("--or-to")
        {
            Description = "Hosts to try in this order if the destination fails. Requires --to.",
            HelpName = "HOST,...",
            CustomParser = OptionParsers.Hosts("--or-to"),
        });
        _toAny = Add(new Option<bool>("--to-any") { Description = "Allow any host." });
        Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };
            if (Has(_to) && Has(_toAny))
                result.AddError("--to and --to-any are mutually exclusive");
            if (Has(_orTo) && !Has(_to))
                result.AddError("--or-to requires --to");
            if (!Has(_priority) && !Has(_to) && !Has(_toAny))
                result.AddError("nothing to change: use --priority, --to or --to-any");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh reschedule 3f2a90b1c4de --priority system", "ahead of all others"),
        ("mesh reschedule 3f2a90b1c4de --to host-c --or-to host-d", "these two, in this order"),
        ("mesh reschedule 3f2a90b1c4de --to-any", "the best host"),
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
        return WriteResponse(output, answer, answer.Explanation.Length > 0 ? answer.Explanation : "rescheduled");
    }
}
