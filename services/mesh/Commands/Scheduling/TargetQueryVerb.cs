using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary>A verb that asks where a machine may go: of the mesh, or of an inventory in a file by the same function.</summary>
internal abstract class TargetQueryVerb : ClientVerb
{
    private readonly Argument<string> _vm = new("VM") { Description = "The machine's name or UUID." };
    private readonly Option<HostName?> _to;
    private readonly Option<string?> _inventory;
    private readonly MigrateOptions _options;

    protected TargetQueryVerb(string name, string description, Io io)
        : base(name, description, io)
    {
        Arguments.Add(_vm);
        _to = Add(new Option<HostName?>("--to")
        {
            Description = "The only host to look at. Default: all.",
            HelpName = "HOST",
            CustomParser = OptionParsers.ParsedOption("--to", text => new HostName(text)),
        });
        _inventory = Add(new Option<string?>("--inventory")
        {
            Description = "Decide by this file instead of asking a mesh ('mesh inventory export' writes one); - is standard input.",
            HelpName = "FILE",
        });
        _options = new MigrateOptions(this);
    }

    public override IReadOnlyList<string> Notes =>
    [
        "Nothing is begun. The options that say how the machine would be moved are those of 'mesh migrate'.",
        "With --inventory no mesh is needed, and the answer is what a mesh with such a fleet would say.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var (vm, to, options) = (parsed.GetRequiredValue(_vm), parsed.GetValue(_to), _options.Read(parsed));
        var rated = parsed.GetValue(_inventory) is { } path
            ? TargetRater.Rate(new FleetIndex(InventoryFile.Read(Io, path)), new RateTargets(vm, options, to))
            : await client.TargetsAsync(vm, options, to, cancellation);
        return WriteResult(output, rated, to);
    }

    protected abstract int WriteResult(OutputFormat output, RateTargetsAnswer rated, HostName? to);
}
