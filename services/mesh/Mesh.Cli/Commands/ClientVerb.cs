using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary>A verb that uses a running mesh.</summary>
internal abstract class ClientVerb : Verb
{
    public const string DefaultServer = "http://127.0.0.1:7070";
    public const string ServerVariable = "MESH_SERVER";

    private readonly Option<Uri> _server;
    private readonly Option<OutputFormat> _output;

    protected ClientVerb(string name, string description, Io io)
        : base(name, description)
    {
        Io = io;
        _server = Add(new Option<Uri>("--server")
        {
            Description = $"URL of the mesh's gateway. Default: {ServerVariable}, or {DefaultServer}.",
            HelpName = "URL",
            CustomParser = result => ParseServer(result.Tokens[^1].Value, "--server", result),
        });
        _output = Add(OutputOption());
        SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
    }

    protected Io Io { get; }

    protected abstract Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation);

    /// <summary>Writes a response as JSON, or its explanation.</summary>
    protected int WriteResponse<T>(OutputFormat output, T response, string explanation)
    {
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, response);
        else
            Io.Out.WriteLine(TextFormatter.ToSingleLine(explanation));
        return ExitCodes.Success;
    }

    protected static MigrationId ReadId(string text) => OptionParsers.Parse(text, value => new MigrationId(value));

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var server = parsed.GetValue(_server) ?? ParseServer(
            Io.Environment(ServerVariable) is { Length: > 0 } set ? set : DefaultServer, ServerVariable, null)!;
        var output = parsed.GetValue(_output);
        using var client = new MeshClient(server, Io.HttpHandler(), Io.Time);
        try
        {
            return await RunAsync(parsed, client, output, cancellation);
        }
        catch (CliException e) when (e.Problem is not null && output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, e.Problem);
            throw;
        }
    }

    private static Uri? ParseServer(string text, string source, ArgumentResult? result)
    {
        if (Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var server) && server.Scheme is ("http" or "https"))
            return server;
        var problem = $"invalid value '{text}' for {source}: expected a URL such as {DefaultServer}";
        if (result is null)
            throw new CliException(ExitCodes.Usage, problem);
        result.AddError(problem);
        return null;
    }
}
