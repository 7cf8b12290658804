using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;
using Mesh.Contracts.Policies;
using Mesh.Policy.Host;
using Mesh.Policy.Traces;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy replay</c>.</summary>
internal sealed class ReplayPolicyVerb : ClientVerb
{
    private readonly Option<string> _policy;
    private readonly Option<string> _trace;

    public ReplayPolicyVerb(Io io)
        : base("replay", "Try a policy on a recorded migration: one line of JSON for each action that it takes.", io)
    {
        _policy = Add(new Option<string>("--policy")
        {
            Description = "A policy that comes with the mesh, a document, or a policy that the mesh keeps.",
            HelpName = "NAME|FILE",
            Required = true,
        });
        _trace = Add(new Option<string>("--trace")
        {
            Description = "The recorded migration as JSON lines, as 'mesh export' writes them; - is standard input.",
            HelpName = "FILE",
            Required = true,
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy replay --policy nova --trace night.jsonl", "what Nova would have done, and when"),
        ("mesh policy replay --policy gold.yaml --trace night.jsonl", "a document that is not kept yet"),
        ("mesh export 3f2a90b1c4de | mesh policy replay --policy adaptive --trace -", "another policy on a migration of the mesh"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "No mesh is needed, unless the policy neither comes with the mesh nor is a file. A name that comes with the mesh means the policy",
        "as it came; './NAME' is the file of that name.",
        "Standard output is JSON lines, whatever --output says: {\"t_s\":...,\"action\":\"set-downtime\",\"value\":...,\"reason\":\"...\"}.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var policy = await FindAsync(parsed.GetRequiredValue(_policy), client, cancellation);
        var path = parsed.GetRequiredValue(_trace);
        var reading = TraceFormat.Parse(DocumentFile.ReadText(Io, path));
        if (reading.Trace is not { } trace)
            throw new CliException(ExitCodes.Refused, $"refused: {path}: {string.Join("; ", reading.Faults)}");

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
                e.ExitCode, $"'{nameOrFile}' is neither a policy that comes with the mesh ({Shipped}) nor a file, and the mesh was asked in vain: {e.Message}", e)
            {
                Problem = e.Problem,
            };
        }
    }

    // What cannot be a policy's name is meant as a file, whether it is there or not.
    private static bool IsFile(string nameOrFile) =>
        nameOrFile == DocumentFile.StandardInput || nameOrFile.AsSpan().ContainsAny('/', '\\', '.') || File.Exists(nameOrFile);

    private static string Shipped => string.Join(", ", ShippedPolicies.All.Select(policy => policy.Name));
}
