using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary>The options of <c>mesh migrate</c> for the destination and the priority.</summary>
internal sealed class DestinationOptions
{
    private readonly Option<HostName?> _to = new("--to")
    {
        Description = "Destination host. Default: chosen by the scheduler (see 'mesh targets VM').",
        HelpName = "HOST",
        CustomParser = OptionParsers.ParsedOption("--to", text => new HostName(text)),
    };

    private readonly Option<IReadOnlyList<HostName>> _orTo = new("--or-to")
    {
        Description = "Hosts to try in this order if the destination fails. Requires --to.",
        HelpName = "HOST,...",
        CustomParser = OptionParsers.Hosts("--or-to"),
    };

    private readonly Option<IReadOnlyList<HostName>> _among = new("--among")
    {
        Description = "Hosts from which the scheduler chooses the destination.",
        HelpName = "HOST,...",
        CustomParser = OptionParsers.Hosts("--among"),
    };

    private readonly Option<MigrationPriority?> _priority = PriorityOption("Priority in the queue. Default: operator.");

    private readonly Option<bool> _relaxAffinity = new("--relax-affinity")
    {
        Description = "Allow violating VM affinity rules if no other host is left.",
    };

    public DestinationOptions(Command command)
    {
        foreach (var option in (Option[])[_to, _orTo, _among, _priority, _relaxAffinity])
            command.Options.Add(option);
        command.Validators.Add(Check);
    }

    /// <summary><c>--priority</c>.</summary>
    public static Option<MigrationPriority?> PriorityOption(string description) => new("--priority")
    {
        Description = description,
        HelpName = "balancing|drain|operator|system",
        CustomParser = result => OptionParsers.OneOf("--priority", Enum.GetValues<MigrationPriority>())(result),
    };

    public MigrationRequestBody Read(ParseResult parsed, MigrationRequestBody body) => body with
    {
        To = parsed.GetValue(_to),
        Alternatives = parsed.GetValue(_orTo) ?? parsed.GetValue(_among) ?? [],
        Priority = parsed.GetValue(_priority) ?? MigrationPriority.Operator,
        RelaxAffinity = parsed.GetValue(_relaxAffinity),
    };

    private void Check(CommandResult result)
    {
        bool Has(Option option) => result.GetResult(option) is { Implicit: false };
        if (Has(_orTo) && !Has(_to))
            result.AddError("--or-to requires --to");
        if (Has(_among) && (Has(_to) || Has(_orTo)))
            result.AddError("--among and --to are mutually exclusive");
    }
}
