using System.CommandLine;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Commands;

/// <summary>The options of <c>mesh migrate</c> for hard limits, which the agent enforces even if the mesh is down.</summary>
internal sealed class LimitOptions
{
    private readonly Option<TimeSpan?> _progressTimeout = new("--progress-timeout")
    {
        HelpName = "SECONDS",
        Description = "Abort if there is no progress for this time; 0 to disable. Default: the policy's.",
        CustomParser = OptionParsers.Seconds("--progress-timeout", 0),
    };

    private readonly Option<TimeSpan?> _completionTimeout = new("--completion-timeout")
    {
        HelpName = "SECONDS",
        Description = "Abort the migration after this time, or apply its policy's last-resort action; 0 to disable. Default: the policy's.",
        CustomParser = OptionParsers.Seconds("--completion-timeout", 0),
    };

    private readonly Option<TimeSpan?> _stallingLimit = new("--stalling-limit")
    {
        HelpName = "SECONDS",
        Description = "Report a stall if remaining data reaches no new minimum for this time. Default: the policy's.",
        CustomParser = OptionParsers.Seconds("--stalling-limit", 1),
    };

    private readonly Option<bool> _enableDowntimeThread = new("--enable-downtime-thread")
    {
        Description = "Raise the downtime limit in steps, from a fifth of --max-downtime to the full value.",
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
