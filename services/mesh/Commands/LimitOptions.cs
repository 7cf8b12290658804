using System.CommandLine;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Commands;

/// <summary>The options of <c>mesh migrate</c> that set hard limits, which the agent holds even when the mesh is gone.</summary>
internal sealed class LimitOptions
{
    private readonly Option<TimeSpan?> _progressTimeout = new("--progress-timeout")
    {
        HelpName = "SECONDS",
        Description = "Abort when nothing more has been copied for this long; 0 for never. Default: the policy's.",
        CustomParser = OptionParsers.Seconds("--progress-timeout", 0),
    };

    private readonly Option<TimeSpan?> _completionTimeout = new("--completion-timeout")
    {
        HelpName = "SECONDS",
        Description = "Abort when the migration has run for this long, or do what its policy does at last; 0 for never. Default: the policy's.",
        CustomParser = OptionParsers.Seconds("--completion-timeout", 0),
    };

    private readonly Option<TimeSpan?> _stallingLimit = new("--stalling-limit")
    {
        HelpName = "SECONDS",
        Description = "Tell of a stall when what remains has reached no new low for this long. Default: the policy's.",
        CustomParser = OptionParsers.Seconds("--stalling-limit", 1),
    };

    private readonly Option<bool> _enableDowntimeThread = new("--enable-downtime-thread")
    {
        Description = "Let the agent raise the downtime limit by steps from a fifth of --max-downtime to the whole.",
    };

    public LimitOptions(Command command)
    {
        foreach (var option in (Option[])[_progressTimeout, _completionTimeout, _stallingLimit, _enableDowntimeThread])
            command.Options.Add(option);
    }

    public MigrationLimits Read(ParseResult parsed) => new()
    {
        ProgressTimeout = parsed.GetValue(_progressTimeout),
        CompletionTimeout = parsed.GetValue(_completionTimeout),
        StallingLimit = parsed.GetValue(_stallingLimit),
        EnableDowntimeThread = parsed.GetValue(_enableDowntimeThread),
    };
}
