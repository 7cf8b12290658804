using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Shell;

/// <summary>The command's exit codes; listed by <c>mesh --help</c>.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Error = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int Refused = 4;
    public const int Aborted = 5;
    public const int TimedOut = 6;
    public const int Failed = 7;
    public const int Lost = 8;
    public const int NotFound = 9;
    public const int Unhealthy = 10;
    public const int NotRunning = 11;

    /// <summary>What shells use for a program that was interrupted.</summary>
    public const int Interrupted = 130;

    /// <summary>What shells use for a program that a closed pipe ended (128 + SIGPIPE).</summary>
    public const int OutputClosed = 141;

    /// <summary>What shells use for a program that was terminated.</summary>
    public const int Terminated = 143;

    public static readonly IReadOnlyList<(int Code, string Meaning)> Table =
    [
        (Success, "success; with --watch: the VM runs on the destination, or the hosts are drained"),
        (Error, "any other error; see standard error"),
        (Usage, "usage error: invalid option, argument or setting, or a store or broker that must not or cannot be used"),
        (Unreachable, "the mesh is unreachable, or the mesh or a host is not responding"),
        (Refused, "refused: nothing was started, or not everything was changed or moved"),
        (Aborted, "the migration was aborted by an operator or its policy and the VM runs on the source; or the drain was cancelled"),
        (TimedOut, "a hard limit aborted the migration; the VM runs on the source"),
        (Failed, "the migration failed; the VM usually runs on the source, see the reason"),
        (Lost, "the VM no longer runs on either host: it was lost, or its guest stopped before it was moved"),
        (NotFound, "migration, host, VM, policy, drain or queue not found"),
        (Unhealthy, "mesh doctor found problems that are not repaired"),
        (NotRunning, "the VM is on the destination, but not in the run state in which it started: paused or shut off there"),
        (Interrupted, "interrupted (SIGINT); a watched migration or drain continues"),
        (OutputClosed, "the reader of standard output is gone, as in 'mesh watch | head -1'; nothing is printed"),
        (Terminated, "terminated (SIGTERM); a watched migration or drain continues"),
    ];

    public static int From(MigrationOutcome outcome) => outcome switch
    {
        MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy => Success,
        MigrationOutcome.Refused => Refused,
        MigrationOutcome.AbortedByOperator or MigrationOutcome.AbortedByPolicy => Aborted,
        MigrationOutcome.TimedOut => TimedOut,
        MigrationOutcome.Failed or MigrationOutcome.PostCopyFailed => Failed,
        MigrationOutcome.Lost or MigrationOutcome.GuestStopped => Lost,
        MigrationOutcome.CompletedNotRunning => NotRunning,
        _ => Error,
    };

    /// <summary>By the reasons of a refusal.</summary>
    public static int From(IEnumerable<Refusal> refusals) =>
        refusals.Any(refusal => refusal.Code is RefusalCode.UnknownVm or RefusalCode.UnknownHost or RefusalCode.UnknownPolicy) ? NotFound : Refused;

    /// <summary>By the kind of problem. A refusal because of something unknown is <see cref="NotFound"/>, whatever else is against it.</summary>
    public static int From(ApiProblem problem) => problem.Type switch
    {
        ApiProblemTypes.Refused when problem.Refusals is { } refusals => From(refusals),
        ApiProblemTypes.Refused or ApiProblemTypes.NotAbortable or ApiProblemTypes.NotChangeable or ApiProblemTypes.NotFenced
            or ApiProblemTypes.InvalidPolicy or ApiProblemTypes.InvalidRules or ApiProblemTypes.PolicyConflict => Refused,
        ApiProblemTypes.NotFound => NotFound,
        ApiProblemTypes.BadRequest => Usage,
        ApiProblemTypes.ServiceUnavailable => Unreachable,
        _ => Error,
    };
}
