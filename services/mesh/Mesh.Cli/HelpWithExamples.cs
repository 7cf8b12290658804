using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Mesh.Cli.Commands;
using Mesh.Cli.Shell;

namespace Mesh.Cli;

/// <summary>The standard help, followed by notes, examples and exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction standardHelp) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        standardHelp.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var verb = parseResult.CommandResult.Command as Verb;
        if (verb is not null)
        {
            if (verb.Notes.Count > 0)
                WriteSection(output, "Notes:", verb.Notes);
            WriteSection(output, "Examples:", verb.Examples.SelectMany(example => new[] { example.Command, $"    {example.Purpose}" }));
        }

        if (verb is null or { HasManyExitCodes: true })
            WriteSection(output, "Exit codes:", ExitCodes.Table.Select(row => $"{row.Code,-5}{row.Meaning}"));
        return ExitCodes.Success;
    }

    private static void WriteSection(TextWriter output, string heading, IEnumerable<string> lines)
    {
        output.WriteLine(heading);
        foreach (var line in lines)
            output.WriteLine($"  {line}");
        output.WriteLine();
    }
}
