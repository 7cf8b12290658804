using Mesh.Contracts.Api;

namespace Mesh.Cli.Shell;

/// <summary>Ends the command with one line on standard error.</summary>
internal sealed class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>The gateway's problem; null if the error is not from the gateway.</summary>
    public ApiProblem? Problem { get; init; }
}
