using System.CommandLine;

namespace Mesh.Cli.Commands;

/// <summary>A verb of the command, with what its help shows besides options.</summary>
internal abstract class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Commands as they would be typed, each with what it is for.</summary>
    public abstract IReadOnlyList<(string Command, string Purpose)> Examples { get; }

    /// <summary>What else is to be known.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    protected T Add<T>(T option)
        where T : Option
    {
        Options.Add(option);
        return option;
    }
}
