using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Policies;

namespace Mesh.Cli.Commands.Policies;

/// <summary>A verb that changes something about policies and tells what became of it.</summary>
internal abstract class PolicyChangeVerb(string name, string description, Io io) : ClientVerb(name, description, io)
{
    protected int WriteAnswer(OutputFormat output, PolicyAnswer answer)
    {
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, answer);
        else
            Io.Out.WriteLine(TextFormatter.ToSingleLine(answer.Explanation));
        return ExitCodes.Success;
    }
}
