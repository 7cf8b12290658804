using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Contracts.Api;
using Mesh.Contracts.Policies;

namespace Mesh.Cli.Commands;

/// <summary>The options of <c>mesh migrate</c> for the policy and its permissions.</summary>
internal sealed class PolicySelectionOptions
{
    private const string Accepted = "throttle, post-copy, suspend, compression";

    private readonly Option<string?> _policy = new("--policy")
    {
        HelpName = "NAME",
        Description = "Migration policy. Default: the VM's effective policy (see 'mesh policy explain').",
    };

    private readonly Option<PolicyPermissions?> _forbid = new("--forbid")
    {
        HelpName = "ACTION,...",
        Description = $"Forbid actions that the policy permits: {Accepted}.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = Permissions,
    };

    private readonly Option<TimeSpan?> _downtimeBudget = new("--downtime-budget")
    {
        HelpName = "MILLISECONDS",
        Description = "Maximum tolerated downtime, for policies that plan by it. Default: the policy's.",
        CustomParser = OptionParsers.Downtime("--downtime-budget"),
    };

    private readonly Option<TimeSpan?> _deadline = new("--deadline")
    {
        HelpName = "SECONDS",
        Description = "Maximum total time, for policies that plan by it. Default: the policy's completion timeout.",
        CustomParser = OptionParsers.Seconds("--deadline", 1),
    };

    public PolicySelectionOptions(Command command)
    {
        foreach (var option in (Option[])[_policy, _forbid, _downtimeBudget, _deadline])
            command.Options.Add(option);
    }

    public MigrationRequestBody Read(ParseResult parsed, MigrationRequestBody body) => body with
    {
        Policy = parsed.GetValue(_policy),
        Allow = parsed.GetValue(_forbid),
        DowntimeBudget = parsed.GetValue(_downtimeBudget),
        Deadline = parsed.GetValue(_deadline),
    };

    private static PolicyPermissions Permissions(ArgumentResult result)
    {
        var allowed = PolicyPermissions.All;
        foreach (var action in OptionParsers.List("--forbid", "actions")(result).Where(action => action.Length > 0))
            switch (action)
            {
                case "throttle":
                    allowed = allowed with { Throttle = false };
                    break;
                case "post-copy":
                    allowed = allowed with { PostCopy = false };
                    break;
                case "suspend":
                    allowed = allowed with { Suspend = false };
                    break;
                case "compression":
                    allowed = allowed with { Compression = false };
                    break;
                default:
                    result.AddError($"invalid value '{action}' for --forbid: expected {Accepted}");
                    break;
            }

        return allowed;
    }
}
