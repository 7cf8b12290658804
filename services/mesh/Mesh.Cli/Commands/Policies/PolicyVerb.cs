using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy</c>.</summary>
internal sealed class PolicyVerb : Verb
{
    public PolicyVerb(Io io)
        : base("policy", "Show, check, apply and replay migration policies.")
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
        ("mesh policy list", "all policies, and the default"),
        ("mesh policy explain db-1", "the effective policy of a VM, and why"),
        ("mesh policy replay --policy nova --trace night.jsonl", "what a policy would have done; requires no running mesh"),
    ];
}

/// <summary><c>mesh policy delete</c>.</summary>
internal sealed class DeletePolicyVerb : ClientVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "Policy name." };

    public DeletePolicyVerb(Io io)
        : base("delete", "Delete a policy and all its versions; a built-in policy is reset.", io) => Arguments.Add(_name);

    public override IReadOnlyList<(string, string)> Examples => [("mesh policy delete gold", "delete a policy")];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var answer = await client.DeletePolicyAsync(parsed.GetRequiredValue(_name), Io.UserName, cancellation);
        return WriteResponse(output, answer, answer.Explanation);
    }
}

/// <summary><c>mesh policy set-default</c>.</summary>
internal sealed class SetDefaultPolicyVerb : ClientVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "Policy name." };

    public SetDefaultPolicyVerb(Io io)
        : base("set-default", "Set the default policy, for VMs without another one.", io) => Arguments.Add(_name);

    public override IReadOnlyList<(string, string)> Examples => [("mesh policy set-default adaptive", "use it for all VMs without an override or a matching selector")];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var answer = await client.SetDefaultPolicyAsync(parsed.GetRequiredValue(_name), Io.UserName, cancellation);
        return WriteResponse(output, answer, answer.Explanation);
    }
}

/// <summary><c>mesh policy override</c>.</summary>
internal sealed class OverridePolicyVerb : ClientVerb
{
    private readonly Argument<string> _vm = new("VM") { Description = "VM name or UUID." };
    private readonly Argument<string?> _name = new("NAME") { Description = "Policy name.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _clear;

    public OverridePolicyVerb(Io io)
        : base("override", "Set or clear the policy override of a VM.", io)
    {
        Arguments.Add(_vm);
        Arguments.Add(_name);
        _clear = Add(new Option<bool>("--clear") { Description = "Remove the override." });
        Validators.Add(result =>
        {
            if (result.GetValue(_clear) == result.GetValue(_name) is not null)
                result.AddError("use either the policy's NAME or --clear");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy override db-1 ovirt-post-copy", "use a policy regardless of the VM's labels"),
        ("mesh policy override db-1 --clear", "use the policy for the VM's labels, or the default, again"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var answer = await client.OverridePolicyAsync(parsed.GetRequiredValue(_vm), parsed.GetValue(_name), Io.UserName, cancellation);
        return WriteResponse(output, answer, answer.Explanation);
    }
}
