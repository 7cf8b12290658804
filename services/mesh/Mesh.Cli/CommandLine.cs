using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Mesh.Cli.Commands;
using Mesh.Cli.Commands.Policies;
using Mesh.Cli.Commands.Scheduling;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;

namespace Mesh.Cli;

/// <summary>The command line: all verbs, their help, and the reporting of errors.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="io">The terminal and the environment.</param>
    /// <param name="createServerVerbs">Creates the verbs that run servers, which this project does not know.</param>
    /// <param name="cancellation">Interrupts the command.</param>
    /// <returns>The exit code, one of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, Io io, Func<Io, IReadOnlyList<Verb>> createServerVerbs, CancellationToken cancellation)
    {
        var parsed = CreateRoot(io, createServerVerbs(io)).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && parsed.Action is null or { ClearsParseErrors: false }))
            return Fail(io, ExitCodes.Usage, DescribeUsageError(parsed));

        try
        {
            // Program handles signals; internal errors are shown as they are.
            var code = await parsed.InvokeAsync(
                new InvocationConfiguration { Output = io.Out, Error = io.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                cancellation);
            return code == ExitCodes.Interrupted ? io.StoppedExitCode() : code;
        }
        catch (CliException e)
        {
            return Fail(io, e.ExitCode, e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Fail(io, ExitCodes.Interrupted, "stopped");
        }
    }

    internal static RootCommand CreateRoot(Io io, IReadOnlyList<Verb> serverVerbs)
    {
        var root = new RootCommand("Live-migrates VMs between KVM hosts.");
        foreach (var verb in (Verb[])
            [
                .. serverVerbs, new MigrateVerb(io), new ListVerb(io), new ShowVerb(io), new WatchVerb(io), new SetVerb(io),
                ChangeActionVerb.ForceComplete(io), ChangeActionVerb.PostCopy(io), ChangeActionVerb.Suspend(io), new AbortVerb(io), new ExportVerb(io),
                new CheckVerb(io), new TargetsVerb(io), new ExplainVerb(io), new QueueVerb(io), new RescheduleVerb(io), new CordonVerb(io),
                new UncordonVerb(io), new DrainVerb(io), new DrainsVerb(io), new InventoryVerb(io), new RulesVerb(io), new PolicyVerb(io),
                new HostsVerb(io), new VmsVerb(io), new FenceVerb(io),
            ])
            root.Subcommands.Add(verb);
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static int Fail(Io io, int code, string message)
    {
        try
        {
            // A reader that has gone has seen enough.
            if (code != ExitCodes.OutputClosed)
                io.Error.WriteLine($"mesh: {TextFormatter.ToSingleLine(message)}");
        }
        catch (IOException)
        {
            // Standard error cannot be written either; the exit code tells.
        }

        return code == ExitCodes.Interrupted ? io.StoppedExitCode() : code;
    }

    private static string DescribeUsageError(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command is RootCommand && parsed.UnmatchedTokens.Count == 0)
            return "no command given; see 'mesh --help', or try 'mesh demo'";
        if (command is RootCommand)
            return $"unknown command '{parsed.UnmatchedTokens[0]}'; commands: {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}";
        var path = string.Join(' ', command.Parents.OfType<Verb>().Select(verb => verb.Name).Append(command.Name));
        if (command.Subcommands.Count > 0 && command.Action is null)
            return $"'mesh {path}' requires a command: {string.Join(", ", command.Subcommands.Select(verb => verb.Name))} (see 'mesh {path} --help')";
        return $"{string.Join("; ", parsed.Errors.Select(error => error.Message.TrimEnd('.')).Distinct(StringComparer.Ordinal))} (see 'mesh {path} --help')";
    }
}
