using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Policies;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy list</c>.</summary>
internal sealed class ListPoliciesVerb(Io io) : ClientVerb("list", "List the policies, and the machines that have one of their own.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy list", "names, versions and what each is for"),
        ("mesh policy list --output json | jq -r '.policies[].policy.name'", "for programs"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var listed = await client.PoliciesAsync(cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, listed);
            return ExitCodes.Success;
        }

        var table = new TextTable("NAME", "VERSION", "COUNTS FOR", "DESCRIPTION");
        foreach (var view in listed.Policies)
            table.Add(view.Policy.Name, $"{view.Version}", CountsFor(view), FirstSentence(view.Policy.Description));
        table.Write(Io);
        if (listed.Overrides.Count == 0)
            return ExitCodes.Success;

        Io.Out.WriteLine();
        var overrides = new TextTable("VM", "POLICY", "SET", "BY");
        foreach (var own in listed.Overrides)
            overrides.Add(own.Vm.ToString(), own.Policy, TextFormatter.Format(own.At), own.RequestedBy);
        overrides.Write(Io);
        return ExitCodes.Success;
    }

    private static string CountsFor(PolicyView view)
    {
        List<string> what = [];
        if (view.Policy.Select is { } labels)
            what.Add(string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")));
        if (view.IsDefault)
            what.Add("default");
        return what.Count == 0 ? TextFormatter.Placeholder : string.Join("; ", what);
    }

    private static string FirstSentence(string description)
    {
        var line = TextFormatter.ToSingleLine(description);
        return line.IndexOf(". ", StringComparison.Ordinal) is var at and >= 0 ? line[..(at + 1)] : line;
    }
}
