namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy</c>.</summary>
internal sealed class PolicyVerb : Verb
{
    public PolicyVerb(Io io)
        : base("policy", "Show, check, keep and try the policies that steer migrations.")
    {
        foreach (var verb in (Verb[])
            [
                new ListPoliciesVerb(io), new ShowPolicyVerb(io), new ExplainPolicyVerb(io), new CheckPolicyVerb(io), new ReplayPolicyVerb(io),
                new ApplyPolicyVerb(io), new DeletePolicyVerb(io), new SetDefaultPolicyVerb(io), new OverridePolicyVerb(io),
            ])
            Subcommands.Add(verb);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy list", "which there are, and which one counts where nothing else is said"),
        ("mesh policy explain db-1", "which one counts for a machine, and why"),
        ("mesh policy replay --policy nova --trace night.jsonl", "what a policy would have done; needs no mesh"),
    ];
}
