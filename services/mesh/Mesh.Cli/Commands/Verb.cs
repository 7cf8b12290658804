using System.CommandLine;
using Mesh.Cli.Output;

namespace Mesh.Cli.Commands;

/// <summary>A verb of the command, with the additional content of its help.</summary>
internal abstract class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Commands as one would type them, each with its purpose.</summary>
    public abstract IReadOnlyList<(string Command, string Purpose)> Examples { get; }

    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Whether the verb's help lists all exit codes.</summary>
    public virtual bool HasManyExitCodes => false;

    protected static Option<OutputFormat> OutputOption() => new("--output", "-o")
    {
        Description = "Output format: table (default) or json.",
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
