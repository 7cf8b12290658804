using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh show</c>.</summary>
internal sealed class ShowVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "Migration ID." };

    public ShowVerb(Io io)
        : base("show", "Show the details of a migration.", io) => Arguments.Add(_id);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh show 3f2a90b1c4de", "details as text"),
        ("mesh show 3f2a90b1c4de --output json", "everything, as JSON"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var view = await client.GetAsync(ReadId(parsed.GetRequiredValue(_id)), cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, view);
        else
            foreach (var (name, value) in MigrationDetails.Describe(view))
                Io.Out.WriteLine($"{name + ":",-18}{TextFormatter.ToSingleLine(value)}");
        return ExitCodes.Success;
    }
}
