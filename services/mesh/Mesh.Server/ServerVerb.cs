using System.CommandLine;
using Mesh.Cli.Commands;
using Mesh.Cli.Shell;
using Mesh.Hosting;

namespace Mesh.Server;

/// <summary>A verb that runs or checks servers. What keeps them from starting is reported in one line.</summary>
internal abstract class ServerVerb : Verb
{
    protected ServerVerb(string name, string description, Io io)
        : base(name, description)
    {
        Io = io;
        SetAction(RunAndDescribeErrorsAsync);
    }

    protected Io Io { get; }

    /// <summary>All verbs of this project.</summary>
    public static IReadOnlyList<Verb> CreateAll(Io io) => [new DemoVerb(io), new UpVerb(io), new AgentVerb(io), new DoctorVerb(io)];

    protected abstract Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation);

    private async Task<int> RunAndDescribeErrorsAsync(ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            return await RunAsync(parsed, cancellation);
        }
        catch (Exception e) when (MeshProgram.Describe(e) is { } message)
        {
            throw new CliException(ExitCodes.Usage, message, e);
        }
    }
}
