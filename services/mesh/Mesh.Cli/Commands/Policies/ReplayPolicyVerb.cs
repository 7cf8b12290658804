using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Policies;
using Mesh.Policy.Documents;
using Mesh.Policy.Traces;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy replay</c>.</summary>
internal sealed class ReplayPolicyVerb : ClientVerb
{
    private readonly Option<string> _policy;
    private readonly Option<string> _trace;

    public ReplayPolicyVerb(Io io)
        : base("replay", "Replay a recorded migration under a policy: prints one line of JSON for each action.", io)
    {
        _policy = Add(new Option<string>("--policy")
        {
            Description = "A built-in policy, a policy document, or a policy stored in the mesh.",
            HelpName = "NAME|FILE",
            Required = true,
        });
        _trace = Add(new Option<string>("--trace")
        {
            Description = "Trace written by 'mesh export'; - for standard input.",
            HelpName = "FILE",
            Required = true,
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy replay --policy nova --trace night.jsonl", "what Nova would have done, and when"),
        ("mesh policy replay --policy gold.yaml --trace night.jsonl", "a policy that is not applied yet"),
        ("mesh export 3f2a90b1c4de | mesh policy replay --policy adaptive --trace -", "another policy for a migration of the mesh"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Requires a running mesh only for a policy that is neither built in nor a file. The name of a built-in policy means its original",
        "version; use './NAME' for a file of that name.",
        "Standard output is always JSON lines: {\"t_s\":...,\"action\":\"set-downtime\",\"value\":...,\"reason\":\"...\"}.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var policy = await FindAsync(parsed.GetRequiredValue(_policy), client, cancellation);
        var path = parsed.GetRequiredValue(_trace);
        var reading = TraceFormat.Read(DocumentFile.ReadText(Io, path));
        if (reading.Trace is not { } trace)
            throw new CliException(ExitCodes.Refused, $"invalid trace: {string.Join("; ", reading.Diagnostics.Select(error => DocumentFile.FormatDiagnostic(path, error)))}");

        foreach (var action in PolicyReplay.Run(policy, trace))
            Io.Out.WriteLine(TraceFormat.Write(action));
        return ExitCodes.Success;
    }

    private async Task<MigrationPolicy> FindAsync(string nameOrFile, MeshClient client, CancellationToken cancellation)
    {
        if (ShippedPolicies.All.FirstOrDefault(shipped => shipped.Name == nameOrFile) is { } shipped)
            return shipped;
        if (IsFile(nameOrFile))
            return PolicyFile.Read(nameOrFile, DocumentFile.ReadText(Io, nameOrFile));
        try
        {
            return (await client.PolicyAsync(nameOrFile, null, cancellation)).Policy!.Policy;
        }
        catch (CliException e) when (e.ExitCode is ExitCodes.Unreachable or ExitCodes.NotFound)
        {
            throw new CliException(
                e.ExitCode, $"'{nameOrFile}' is neither a built-in policy ({BuiltIn}) nor a file, and the mesh cannot provide it: {e.Message}", e)
            {
                Problem = e.Problem,
            };
        }
    }

    // What cannot be a policy's name is a file name, even if the file does not exist.
    private static bool IsFile(string nameOrFile) =>
        nameOrFile == DocumentFile.StandardInput || nameOrFile.AsSpan().ContainsAny('/', '\\', '.') || File.Exists(nameOrFile);

    private static string BuiltIn => string.Join(", ", ShippedPolicies.All.Select(policy => policy.Name));
}
