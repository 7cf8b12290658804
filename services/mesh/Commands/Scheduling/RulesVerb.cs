namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh rules</c>.</summary>
internal sealed class RulesVerb : Verb
{
    public RulesVerb(Io io)
        : base("rules", "Show, check and keep the rules that say which machine may be where.")
    {
        Subcommands.Add(new ShowRulesVerb(io));
        Subcommands.Add(new CheckRulesVerb(io));
        Subcommands.Add(new ApplyRulesVerb(io));
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh rules show | tee rules.yaml", "those that count now"),
        ("mesh rules check rules.yaml && mesh rules apply rules.yaml", "after editing them"),
    ];
}
