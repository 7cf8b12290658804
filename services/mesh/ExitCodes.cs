using Mesh.Contracts.Migrations;
using Mesh.Gateway.Api;

namespace Mesh.Cli;

/// <summary>What the command's exit code tells; shown by <c>mesh --help</c>.</summary>
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

    /// <summary>What a shell shows for a program that was interrupted.</summary>
    public const int Interrupted = 130;

    public static readonly IReadOnlyList<(int Code, string Meaning)> Table =
    [
        (Success, "done; with --watch: the machine runs on the destination, or the hosts are empty"),
        (Error, "another error; the line on standard error tells which"),
        (Usage, "bad usage: an option, an argument or a setting is not accepted"),
        (Unreachable, "the mesh cannot be reached, or it or a host does not answer"),
        (Refused, "refused: nothing was started, or not everything was changed or moved"),
        (Aborted, "the migration was aborted, by hand or by its policy, and the machine runs on the source; or the drain was withdrawn"),
        (TimedOut, "a hard limit aborted the migration; the machine runs on the source"),
        (Failed, "the migration failed; the machine is where the reason says, normally on the source"),
        (Lost, "neither host runs the machine any more"),
        (NotFound, "there is no such migration, host, machine, policy or drain"),
        (Unhealthy, "mesh doctor has found something that is not repaired"),
        (Interrupted, "interrupted; a migration or drain that was watched goes on"),
    ];

    public static int From(MigrationOutcome outcome) => outcome switch
    {
        MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy => Success,
        MigrationOutcome.Refused => Refused,
        MigrationOutcome.AbortedByOperator or MigrationOutcome.AbortedByPolicy => Aborted,
        MigrationOutcome.TimedOut => TimedOut,
        MigrationOutcome.Failed or MigrationOutcome.PostCopyFailed => Failed,
        MigrationOutcome.Lost => Lost,
        _ => Error,
    };

    /// <summary>By the problem's kind. A machine or host that is not known is a refusal too, and stays one here.</summary>
    public static int From(ApiProblem problem) => problem.Type switch
    {
        ApiProblemTypes.Refused or ApiProblemTypes.NotAbortable or ApiProblemTypes.NotChangeable or ApiProblemTypes.NotFenced
            or ApiProblemTypes.InvalidPolicy or ApiProblemTypes.InvalidRules or ApiProblemTypes.PolicyConflict => Refused,
        ApiProblemTypes.NotFound => NotFound,
        ApiProblemTypes.BadRequest => Usage,
        ApiProblemTypes.ServiceUnavailable => Unreachable,
        _ => Error,
    };
}
