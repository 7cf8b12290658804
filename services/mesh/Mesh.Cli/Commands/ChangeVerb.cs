using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary>A verb that changes a running migration and reports the result for each parameter.</summary>
internal abstract class ChangeVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "Migration ID." };
    private readonly Option<string?> _reason;

    protected ChangeVerb(string name, string description, Io io)
        : base(name, description, io)
    {
        Arguments.Add(_id);
        _reason = Add(new Option<string?>("--reason") { Description = "Reason, recorded with the change.", HelpName = "TEXT" });
    }

    public override IReadOnlyList<string> Notes =>
    [
        "Each parameter is reported as applied, emulated (the effect is achieved by other means) or refused, with the reason.",
        $"Exits with {ExitCodes.Success} if everything was changed, with {ExitCodes.Refused} if anything was refused, and with {ExitCodes.Unreachable} if the host has not",
        "answered yet; check later with 'mesh show ID'.",
    ];

    public override bool HasManyExitCodes => true;

    protected MigrationId Id(ParseResult parsed) => ReadId(parsed.GetRequiredValue(_id));

    protected string Reason(ParseResult parsed) => parsed.GetValue(_reason) ?? "";

    protected void Write(OutputFormat output, ChangeStatus status)
    {
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, status.Change);
            return;
        }

        var table = new TextTable("PARAMETER", "RESULT", "EXPLANATION");
        foreach (var answer in status.Change.Answers ?? [])
            table.Add(answer.Parameter.ToName(), TextFormatter.Format(answer.Result), TextFormatter.ToSingleLine(answer.Explanation));
        if (status.IsPending)
            table.Add(status.Change.Description, "pending", "the host has not answered yet");
        table.Write(Io);
    }

    /// <summary>The exit code for the state of a change.</summary>
    /// <param name="id">The migration.</param>
    /// <param name="status">The state of the change.</param>
    /// <param name="isRequested">Whether a refused parameter was requested.</param>
    /// <exception cref="CliException">A requested parameter was refused, or the host has not answered yet.</exception>
    protected static int CodeOf(MigrationId id, ChangeStatus status, Func<ParameterAnswer, bool> isRequested)
    {
        var refused = (status.Change.Answers ?? []).Where(answer => answer.Result == ParameterResult.Refused && isRequested(answer)).ToList();
        if (refused.Count > 0)
            throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", refused.Select(answer => $"{answer.Parameter.ToName()}: {answer.Explanation}"))}");
        return status.IsPending
            ? throw new CliException(ExitCodes.Unreachable, $"the host has not answered yet; check later with 'mesh show {id}'")
            : ExitCodes.Success;
    }
}

/// <summary><c>mesh force-complete</c>, <c>mesh postcopy</c> and <c>mesh suspend</c>.</summary>
internal sealed class ChangeActionVerb : ChangeVerb
{
    private readonly string _purpose;
    private readonly Option<bool> _watch;

    private ChangeActionVerb(string name, string description, string purpose, Io io)
        : base(name, description, io)
    {
        _purpose = purpose;
        _watch = Add(new Option<bool>("--watch") { Description = "Show the progress until the migration has ended." });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ($"mesh {Name} 3f2a90b1c4de", _purpose),
        ($"mesh {Name} 3f2a90b1c4de --reason \"maintenance at 18:00\" --watch", "record a reason, and watch the migration"),
    ];

    public static ChangeActionVerb ForceComplete(Io io) => new(
        "force-complete", "Complete a migration now: by post-copy if it is armed, otherwise by suspending the VM.",
        "complete the migration, whatever the dirty rate", io);

    public static ChangeActionVerb PostCopy(Io io) => new(
        "postcopy", "Switch a migration to post-copy, which must have been armed at its start.",
        "resume the VM on the destination; its memory follows", io);

    public static ChangeActionVerb Suspend(Io io) => new(
        "suspend", "Suspend the VM while its migration continues; it resumes on the destination.",
        "stop the VM from dirtying memory, so that the migration completes", io);

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var id = Id(parsed);
        var status = await client.ApplyActionAsync(id, Name, new ChangeActionBody { RequestedBy = Io.UserName, Reason = Reason(parsed) }, cancellation);
        if (!parsed.GetValue(_watch))
            Write(output, status);

        // A host that has not answered yet may still apply the change while the migration is watched.
        if (!parsed.GetValue(_watch) || !status.IsPending)
            _ = CodeOf(id, status, _ => !IsApplied(status));
        return parsed.GetValue(_watch) ? await Watcher.WatchAsync(Io, client, output, id, cancellation) : ExitCodes.Success;
    }

    // Forced completion suspends the VM if post-copy is refused: one of them is enough.
    private static bool IsApplied(ChangeStatus status) => (status.Change.Answers ?? []).Any(answer => answer.Result != ParameterResult.Refused);
}
