using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Contracts.Policies;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands;

/// <summary>The options of <c>mesh migrate</c> that say which policy steers the migration, and what it may do.</summary>
internal sealed class PolicySelectionOptions
{
    private const string Accepted = "throttle, post-copy, suspend, compression";

    private readonly Option<string?> _policy = new("--policy")
    {
        HelpName = "NAME",
        Description = "The policy that steers the migration. Default: the one that counts for the machine ('mesh policy explain').",
    };

    private readonly Option<PolicyPermissions?> _forbid = new("--forbid")
    {
        HelpName = "WHAT,...",
        Description = $"What may not be done to the machine, whatever its policy permits: {Accepted}.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = Permissions,
    };

    private readonly Option<TimeSpan?> _downtimeBudget = new("--downtime-budget")
    {
        HelpName = "MILLISECONDS",
        Description = "The downtime that the machine bears, for policies that plan by it. Default: the policy's.",
        CustomParser = OptionParsers.Milliseconds("--downtime-budget", 1, 2_000_000),
    };

    private readonly Option<TimeSpan?> _deadline = new("--deadline")
    {
        HelpName = "SECONDS",
        Description = "How long the migration may take in all, for policies that plan by it. Default: the policy's completion timeout.",
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
        foreach (var word in OptionParsers.List("--forbid", "words")(result).Where(word => word.Length > 0))
            switch (word)
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
                    result.AddError($"--forbid '{word}' is not accepted: it takes {Accepted}");
                    break;
            }

        return allowed;
    }
}
