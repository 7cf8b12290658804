using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Policies;

namespace Mesh.Cli.Commands.Policies;

/// <summary>A verb that changes something about policies and tells what became of it.</summary>
internal abstract class PolicyWishVerb(string name, string description, Io io) : ClientVerb(name, description, io)
{
    protected int Tell(OutputFormat output, PolicyAnswer answer)
    {
        if (output == OutputFormat.Json)
            Json.Write(Io, answer);
        else
            Io.Out.WriteLine(Words.OneLine(answer.Explanation));
        return ExitCodes.Done;
    }
}
