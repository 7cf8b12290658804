namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh inventory</c>.</summary>
internal sealed class InventoryVerb : Verb
{
    public InventoryVerb(Io io)
        : base("inventory", "All that the scheduler decides by.") => Subcommands.Add(new ExportInventoryVerb(io));

    public override IReadOnlyList<(string, string)> Examples => [("mesh inventory export fleet.json", "for 'mesh check --inventory', which needs no mesh")];
}
