using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh migrate</c>.</summary>
internal sealed class MigrateVerb : ClientVerb
{
    private readonly Argument<string> _vm = new("VM") { Description = "The machine's name or UUID." };
    private readonly DestinationOptions _destination;
    private readonly Option<MigrationId?> _id;
    private readonly Option<bool> _watch;
    private readonly MigrateOptions _options;
    private readonly LimitOptions _limits;
    private readonly PolicySelectionOptions _policySelection;

    public MigrateVerb(Io io)
        : base("migrate", "Move a running machine to another host.", io)
    {
        Arguments.Add(_vm);
        _destination = new DestinationOptions(this);
        _watch = Add(new Option<bool>("--watch") { Description = "Show the progress and end with the migration." });
        _id = Add(new Option<MigrationId?>("--id")
        {
            Description = "The migration's identity; asking again with the same one is harmless. Default: a new one.",
            HelpName = "ID",
            CustomParser = OptionParsers.ParsedOption("--id", text => new MigrationId(text)),
        });
        _options = new MigrateOptions(this);
        _limits = new LimitOptions(this);
        _policySelection = new PolicySelectionOptions(this);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh migrate web-1 --to host-b --watch", "move a machine and see how it goes"),
        ("mesh migrate web-1 --watch", "let the scheduler choose the host"),
        ("mesh migrate web-1 --among host-b,host-c --priority system", "let it choose among two, before all others that wait"),
        ("mesh migrate web-1 --to host-b --or-to host-c,host-d", "try another host if the first cannot take it"),
        ("mesh migrate db-1 --to host-b --auto-converge --timeout 300", "slow it down if need be, suspend it after 300 s"),
        ("mesh migrate db-1 --to host-b --postcopy --timeout 60 --timeout-postcopy", "change over to post-copy after a minute"),
        ("mesh migrate db-1 --to host-b --policy adaptive --forbid post-copy --downtime-budget 500", "let a policy steer it, within bounds"),
        ("mesh migrate web-1 --to host-b --copy-storage-all --migrate-disks vda --persistent --undefinesource", "move a disk along, for good"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The migration waits until the limits let it begin ('mesh queue'). With --to alone no other host is ever tried.",
        "Without --watch the migration's id is printed once it is accepted, and the migration goes on by itself.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var body = _destination.Read(parsed, _policySelection.Read(parsed, new MigrationRequestBody
        {
            // Chosen here, so that a request whose answer is lost can be repeated without moving the machine twice.
            Id = parsed.GetValue(_id) ?? MigrationId.New(Io.Random),
            Vm = parsed.GetRequiredValue(_vm),
            Options = _options.Read(parsed),
            Limits = _limits.Read(parsed),
            RequestedBy = Io.UserName,
        }));
        var view = await client.RequestAsync(body, cancellation);
        if (parsed.GetValue(_watch))
            return await Watcher.WatchAsync(Io, client, output, view.Id, cancellation);

        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, view);
        else
            Io.Out.WriteLine(view.Id);
        return ExitCodes.Success;
    }
}
