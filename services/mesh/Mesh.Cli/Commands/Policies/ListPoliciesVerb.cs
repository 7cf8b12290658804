using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Policies;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy list</c>.</summary>
internal sealed class ListPoliciesVerb(Io io) : ClientVerb("list", "List policies and policy overrides.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy list", "names, versions and descriptions"),
        ("mesh policy list --output json | jq -r '.policies[].policy.name'", "names only"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var listed = await client.PoliciesAsync(cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, listed);
            return ExitCodes.Success;
        }

        var table = new TextTable("NAME", "VERSION", "APPLIES TO", "DESCRIPTION");
        foreach (var view in listed.Policies)
            table.Add(view.Policy.Name, $"{view.Version}", DescribeScope(view), FirstSentence(view.Policy.Description));
        table.Write(Io);
        if (listed.Overrides.Count == 0)
            return ExitCodes.Success;

        Io.Out.WriteLine();
        var overrides = new TextTable("VM", "POLICY", "SET AT", "SET BY");
        foreach (var item in listed.Overrides)
            overrides.Add(item.Vm.ToString(), item.Policy, TextFormatter.Format(item.At), item.RequestedBy);
        overrides.Write(Io);
        return ExitCodes.Success;
    }

    private static string DescribeScope(PolicyView view)
    {
        List<string> scope = [];
        if (view.Policy.Select is { } labels)
            scope.Add(string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")));
        if (view.IsDefault)
            scope.Add("default");
        return scope.Count == 0 ? TextFormatter.Placeholder : string.Join("; ", scope);
    }

    private static string FirstSentence(string description)
    {
        var line = TextFormatter.ToSingleLine(description);
        return line.IndexOf(". ", StringComparison.Ordinal) is var at and >= 0 ? line[..(at + 1)] : line;
    }
}
