using Mesh.Gateway.Api;

namespace Mesh.Cli;

/// <summary>Ends the command with one line on standard error.</summary>
internal sealed class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>What the gateway answered; null if the error is not its answer.</summary>
    public ApiProblem? Problem { get; init; }
}
