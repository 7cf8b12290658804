using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Api;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh migrate</c>.</summary>
internal sealed class MigrateVerb : ClientVerb
{
    private readonly Argument<string> _vm = new("VM") { Description = "VM name or UUID." };
    private readonly DestinationOptions _destination;
    private readonly Option<MigrationId?> _id;
    private readonly Option<bool> _watch;
    private readonly MigrateOptions _options;
    private readonly LimitOptions _limits;
    private readonly PolicySelectionOptions _policySelection;

    public MigrateVerb(Io io)
        : base("migrate", "Migrate a running VM to another host.", io)
    {
        Arguments.Add(_vm);
        _destination = new DestinationOptions(this);
        _watch = Add(new Option<bool>("--watch") { Description = "Show the progress until the migration has ended." });
        _id = Add(new Option<MigrationId?>("--id")
        {
            Description = "Migration ID; repeating a request with the same ID is safe. Default: a new one.",
            HelpName = "ID",
            CustomParser = OptionParsers.ParsedOption("--id", text => new MigrationId(text)),
        });
        _options = new MigrateOptions(this);
        _limits = new LimitOptions(this);
        _policySelection = new PolicySelectionOptions(this);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh migrate web-1 --to host-b --watch", "migrate a VM and watch the migration"),
        ("mesh migrate web-1 --watch", "let the scheduler choose the host"),
        ("mesh migrate web-1 --among host-b,host-c --priority system", "choose from two hosts, ahead of all queued migrations"),
        ("mesh migrate web-1 --to host-b --or-to host-c,host-d", "try other hosts if the first one fails"),
        ("mesh migrate db-1 --to host-b --auto-converge --timeout 300", "throttle the VM if necessary, suspend it after 300 s"),
        ("mesh migrate db-1 --to host-b --postcopy --timeout 60 --timeout-postcopy", "switch to post-copy after a minute"),
        ("mesh migrate db-1 --to host-b --policy adaptive --forbid post-copy --downtime-budget 500", "use a policy, with restrictions"),
        ("mesh migrate web-1 --to host-b --copy-storage-all --migrate-disks vda --persistent --undefinesource", "move the VM permanently, with a disk"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The migration is queued until the scheduler's limits allow it to start (see 'mesh queue'). With --to alone no other host is tried.",
        "Without --watch the command prints the migration's ID once it is accepted; the migration continues in the background.",
    ];

    public override bool HasManyExitCodes => true;

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var body = _destination.Read(parsed, _policySelection.Read(parsed, new MigrationRequestBody
        {
            // Chosen here, so that the request can be repeated safely if the response is lost.
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
