using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Mesh.Cli.Commands;
using Mesh.Cli.Commands.Scheduling;

namespace Mesh.Cli;

/// <summary>The usual help, then notes, examples and what the exit codes mean.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (command is Verb verb)
        {
            if (verb.Notes.Count > 0)
                Section(output, "Notes:", verb.Notes);
            Section(output, "Examples:", verb.Examples.SelectMany(example => new[] { example.Command, $"    {example.Purpose}" }));
        }

        if (command is RootCommand or MigrateVerb or WatchVerb or AbortVerb or ChangeVerb or CheckVerb or DrainVerb)
            Section(output, "Exit codes:", ExitCodes.Table.Select(row => $"{row.Code,-5}{row.Meaning}"));
        return ExitCodes.Success;
    }

    private static void Section(TextWriter output, string head, IEnumerable<string> lines)
    {
        output.WriteLine(head);
        foreach (var line in lines)
            output.WriteLine($"  {line}");
        output.WriteLine();
    }
}
