using System.CommandLine;
using Mesh.Cli.Watching;

namespace Mesh.Cli.Commands;

/// <summary>A verb of the command, with what its help shows besides options.</summary>
internal abstract class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Commands as they would be typed, each with what it is for.</summary>
    public abstract IReadOnlyList<(string Command, string Purpose)> Examples { get; }

    /// <summary>What else is to be known.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    protected static Option<OutputFormat> OutputOption() => new("--output", "-o")
    {
        Description = "table for people, json for programs.",
        HelpName = "table|json",
        CustomParser = OptionParsers.OneOf("--output", OutputFormat.Table, OutputFormat.Json),
    };

    protected T Add<T>(T option)
        where T : Option
    {
        Options.Add(option);
        return option;
    }
}
