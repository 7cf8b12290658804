using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Mesh.Cli.Commands;
using Mesh.Cli.Commands.Policies;
using Mesh.Cli.Commands.Scheduling;
using Mesh.Cli.Output;
using Mesh.Hosting;

namespace Mesh.Cli;

/// <summary>The whole command: its verbs, its help and what it says when something is wrong.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Io io, CancellationToken cancellation)
    {
        var parsed = Root(io).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && parsed.Action is null or { ClearsParseErrors: false }))
            return Fail(io, ExitCodes.Usage, Usage(parsed));

        try
        {
            // Signals are Program's part, and faults of our own are shown as they are.
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = io.Out, Error = io.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                cancellation);
        }
        catch (CliException e)
        {
            return Fail(io, e.ExitCode, e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Fail(io, ExitCodes.Interrupted, "interrupted");
        }
        catch (Exception e) when (MeshProgram.Describe(e) is { } words)
        {
            return Fail(io, ExitCodes.Usage, words);
        }
    }

    internal static RootCommand Root(Io io)
    {
        var root = new RootCommand("Moves running virtual machines between KVM hosts.")
        {
            new DemoVerb(io), new UpVerb(io), new AgentVerb(io), new MigrateVerb(io), new ListVerb(io), new ShowVerb(io), new WatchVerb(io),
            new SetVerb(io), ChangeActionVerb.ForceComplete(io), ChangeActionVerb.PostCopy(io), ChangeActionVerb.Suspend(io), new AbortVerb(io), new ExportVerb(io),
            new CheckVerb(io), new TargetsVerb(io), new ExplainVerb(io), new QueueVerb(io), new RescheduleVerb(io), new CordonVerb(io), new UncordonVerb(io),
            new DrainVerb(io), new DrainsVerb(io), new InventoryVerb(io), new RulesVerb(io), new PolicyVerb(io), new HostsVerb(io), new VmsVerb(io), new DoctorVerb(io), new FenceVerb(io),
        };
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static int Fail(Io io, int code, string message)
    {
        io.Error.WriteLine($"mesh: {TextFormatter.ToSingleLine(message)}");
        return code;
    }

    private static string Usage(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command is RootCommand && parsed.UnmatchedTokens.Count == 0)
            return "no verb given; 'mesh demo' shows what this is about, 'mesh --help' lists all verbs";
        if (command is RootCommand)
            return $"'{parsed.UnmatchedTokens[0]}' is no verb; the verbs are {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}";
        var place = string.Join(' ', command.Parents.OfType<Verb>().Select(verb => verb.Name).Append(command.Name));
        if (command.Subcommands.Count > 0)
            return $"'mesh {place}' takes one of {string.Join(", ", command.Subcommands.Select(verb => verb.Name))} (see 'mesh {place} --help')";
        return $"{string.Join("; ", parsed.Errors.Select(error => error.Message.TrimEnd('.')).Distinct(StringComparer.Ordinal))} (see 'mesh {place} --help')";
    }
}
