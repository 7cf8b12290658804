using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Policies;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy explain</c>.</summary>
internal sealed class ExplainPolicyVerb : ClientVerb
{
    private readonly Argument<string> _vm = new("VM") { Description = "VM name or UUID." };

    public ExplainPolicyVerb(Io io)
        : base("explain", "Show the effective policy of a VM, and why.", io) => Arguments.Add(_vm);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy explain db-1", "the policy that a migration uses by default"),
        ("mesh policy explain db-1 --output json", "with the complete policy"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var view = await client.VmPolicyAsync(parsed.GetRequiredValue(_vm), cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, view);
        else
            foreach (var (name, value) in Lines(view))
                Io.Out.WriteLine($"{name + ":",-10}{TextFormatter.ToSingleLine(value)}");
        return ExitCodes.Success;
    }

    private static IEnumerable<(string Name, string Value)> Lines(VmPolicyView view)
    {
        var policy = view.Effective.Policy;
        yield return ("vm", $"{view.Name} ({view.Vm})");
        yield return ("policy", $"{policy.Name}, version {view.Effective.Version}");
        yield return ("reason", TextFormatter.ToSingleLine(view.Effective.Reason));
        yield return ("override", view.Override is { } set ? $"{set.Policy}, set by {set.RequestedBy}, {TextFormatter.Format(set.At)}" : "none");
        yield return ("permits", Permits(policy.Permits));
        yield return ("about", TextFormatter.ToSingleLine(policy.Description));
    }

    private static string Permits(PolicyPermissions permits)
    {
        (bool IsPermitted, string Name)[] all =
        [
            (permits.Throttle, "throttle"), (permits.PostCopy, "post-copy"), (permits.Suspend, "suspend"), (permits.Compression, "compression"),
        ];
        var permitted = all.Where(action => action.IsPermitted).Select(action => action.Name).ToList();
        return permitted.Count == 0 ? "nothing" : string.Join(", ", permitted);
    }
}
