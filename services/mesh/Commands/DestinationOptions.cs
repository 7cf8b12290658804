using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands;

/// <summary>The options of <c>mesh migrate</c> that say where to, and how much it matters.</summary>
internal sealed class DestinationOptions
{
    private readonly Option<HostName?> _to = new("--to")
    {
        Description = "The destination host, by its name in the mesh. Default: the scheduler chooses ('mesh targets VM' shows among which).",
        HelpName = "HOST",
        CustomParser = OptionParsers.ParsedOption("--to", text => new HostName(text)),
    };

    private readonly Option<IReadOnlyList<HostName>> _orTo = new("--or-to")
    {
        Description = "Hosts to try next, in this order, should the one before fail to take the machine. Needs --to.",
        HelpName = "HOST,...",
        CustomParser = OptionParsers.Hosts("--or-to"),
    };

    private readonly Option<IReadOnlyList<HostName>> _among = new("--among")
    {
        Description = "Hosts among which the scheduler chooses.",
        HelpName = "HOST,...",
        CustomParser = OptionParsers.Hosts("--among"),
    };

    private readonly Option<MigrationPriority?> _priority = PriorityOption("How much it matters beside others that wait. Default: operator.");

    private readonly Option<bool> _relaxAffinity = new("--relax-affinity")
    {
        Description = "Rules that keep machines together or apart may be broken where nothing else is left.",
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
            result.AddError("--or-to needs --to");
        if (Has(_among) && (Has(_to) || Has(_orTo)))
            result.AddError("--among and --to exclude each other");
    }
}
