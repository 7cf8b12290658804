using System.Text.Encodings.Web;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Serialization;

namespace Mesh.Cli.Output;

/// <summary>JSON on standard output, as in the REST API.</summary>
internal static class JsonOutput
{
    // The output is never part of a web page, so quotes and non-ASCII letters need no escapes.
    private static readonly JsonSerializerOptions Readable = new(MeshJson.Indented) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Line = new(MeshJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(Io io, T value) => io.Out.WriteLine(Text(value));

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Readable);

    /// <summary>Writes one line, for streams of values.</summary>
    public static void WriteLine<T>(Io io, T value) => io.Out.WriteLine(JsonSerializer.Serialize(value, Line));
}
