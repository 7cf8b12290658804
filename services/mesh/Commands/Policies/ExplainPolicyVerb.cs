using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Policies;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy explain</c>.</summary>
internal sealed class ExplainPolicyVerb : ClientVerb
{
    private readonly Argument<string> _vm = new("VM") { Description = "The machine's name or UUID." };

    public ExplainPolicyVerb(Io io)
        : base("explain", "Tell which policy counts for a machine, and why.", io) => Arguments.Add(_vm);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy explain db-1", "what would steer its migration, if nothing else is asked for"),
        ("mesh policy explain db-1 --output json", "with the whole policy"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var view = await client.VmPolicyAsync(parsed.GetRequiredValue(_vm), cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, view);
        else
            foreach (var (name, value) in Lines(view))
                Io.Out.WriteLine($"{name + ":",-10}{value}");
        return ExitCodes.Success;
    }

    private static IEnumerable<(string Name, string Value)> Lines(VmPolicyView view)
    {
        var policy = view.Effective.Policy;
        yield return ("vm", $"{view.Name} ({view.Vm})");
        yield return ("policy", $"{policy.Name}, version {view.Effective.Version}");
        yield return ("reason", TextFormatter.ToSingleLine(view.Effective.Reason));
        yield return ("own", view.Override is { } own ? $"{own.Policy}, set by {own.RequestedBy}, {TextFormatter.Format(own.At)}" : "none");
        yield return ("permits", Permits(policy.Permits));
        yield return ("does", TextFormatter.ToSingleLine(policy.Description));
    }

    private static string Permits(PolicyPermissions permits)
    {
        (bool Is, string Word)[] all = [(permits.Throttle, "throttle"), (permits.PostCopy, "post-copy"), (permits.Suspend, "suspend"), (permits.Compression, "compression")];
        var permitted = all.Where(one => one.Is).Select(one => one.Word).ToList();
        return permitted.Count == 0 ? "nothing" : string.Join(", ", permitted);
    }
}
