using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Documents;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh rules</c>.</summary>
internal sealed class RulesVerb : Verb
{
    public RulesVerb(Io io)
        : base("rules", "Show, check and apply placement rules.")
    {
        Subcommands.Add(new ShowRulesVerb(io));
        Subcommands.Add(new CheckRulesVerb(io));
        Subcommands.Add(new ApplyRulesVerb(io));
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh rules show | tee rules.yaml", "save the current rules"),
        ("mesh rules check rules.yaml && mesh rules apply rules.yaml", "check and apply edited rules"),
    ];
}

/// <summary><c>mesh rules show</c>.</summary>
internal sealed class ShowRulesVerb(Io io) : ClientVerb("show", "Show the placement rules as a document that can be applied.", io)
{
    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh rules show", "show the rules"),
        ("mesh rules show | tee rules.yaml", "save them for editing"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var response = await client.RulesAsync(cancellation);
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, response);
            return ExitCodes.Success;
        }

        // Metadata is written as comments, so that the output is a valid document.
        Io.Out.WriteLine(response.UpdatedBy is { } user ? $"# applied by {user}, {TextFormatter.Format(response.UpdatedAt)}" : "# no rules have been applied");
        Io.Out.Write(RulesText.Write(response.Rules ?? new PlacementRules()));
        return ExitCodes.Success;
    }
}

/// <summary><c>mesh rules check</c>.</summary>
internal sealed class CheckRulesVerb : Verb
{
    private readonly Io _io;
    private readonly Argument<string> _file = new("FILE") { Description = "Rules document in YAML or JSON; - for standard input." };
    private readonly Option<OutputFormat> _output;

    public CheckRulesVerb(Io io)
        : base("check", "Check a document of placement rules and report all errors. Requires no running mesh.")
    {
        _io = io;
        Arguments.Add(_file);
        _output = Add(OutputOption());
        SetAction(parsed => Run(parsed));
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh rules check rules.yaml", "check rules before applying them; prints FILE:LINE: FIELD: message for each error"),
        ("mesh rules check -", "from standard input"),
    ];

    public override IReadOnlyList<string> Notes => [$"Exits with {ExitCodes.Success} if the document is valid, with {ExitCodes.Refused} otherwise."];

    private int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        var (rules, errors) = RulesText.Read(DocumentFile.ReadText(_io, path));
        if (parsed.GetValue(_output) == OutputFormat.Json)
            JsonOutput.Write(_io, new CheckedDocument(path, errors));
        else if (rules is not null)
            _io.Out.WriteLine($"{path}: ok ({RulesFile.Count(rules)})");
        else
            foreach (var error in errors)
                _io.Out.WriteLine(TextFormatter.ToSingleLine(DocumentFile.FormatDiagnostic(path, error)));
        return rules is not null
            ? ExitCodes.Success
            : throw new CliException(ExitCodes.Refused, $"invalid rules: {string.Join("; ", errors.Select(error => DocumentFile.FormatDiagnostic(path, error)))}");
    }
}

/// <summary><c>mesh rules apply</c>.</summary>
internal sealed class ApplyRulesVerb : ClientVerb
{
    private readonly Argument<string> _file = new("FILE") { Description = "Rules document in YAML or JSON; - for standard input." };

    public ApplyRulesVerb(Io io)
        : base("apply", "Apply placement rules, replacing the current ones.", io) => Arguments.Add(_file);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh rules apply rules.yaml", "apply the rules"),
        ("mesh rules show | mesh rules apply -", "has no effect"),
    ];

    public override IReadOnlyList<string> Notes => ["Rules apply to migrations that have not started; they never cause a migration."];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var path = parsed.GetRequiredValue(_file);
        var document = DocumentFile.ReadText(Io, path);
        var rules = RulesFile.Read(path, document);
        var response = await client.ApplyRulesAsync(document, Io.UserName, cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, response);
        else
            Io.Out.WriteLine($"applied: {RulesFile.Count(response.Rules ?? rules)}");
        return ExitCodes.Success;
    }
}

/// <summary>Reads documents of placement rules from files.</summary>
internal static class RulesFile
{
    /// <exception cref="CliException">The document is invalid; with all errors.</exception>
    public static PlacementRules Read(string path, string text)
    {
        var (rules, errors) = RulesText.Read(text);
        return rules ?? throw new CliException(ExitCodes.Refused, $"invalid rules: {string.Join("; ", errors.Select(error => DocumentFile.FormatDiagnostic(path, error)))}");
    }

    /// <summary>The number of rules of each kind.</summary>
    public static string Count(PlacementRules rules) =>
        $"host affinity {rules.HostAffinity.Count}, VM affinity {rules.VmAffinity.Count}, taints {rules.Taints.Count}, networks {rules.Networks.Count}";
}
