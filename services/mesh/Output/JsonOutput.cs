using System.Text.Encodings.Web;
using System.Text.Json;
using Mesh.Contracts.Serialization;

namespace Mesh.Cli.Output;

/// <summary>JSON on standard output, in the same shapes as the REST API's.</summary>
internal static class JsonOutput
{
    // This goes to terminals and programs, never into a web page, so quotes and other letters may stand as they are.
    private static readonly JsonSerializerOptions Readable = new(MeshJson.Indented) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Line = new(MeshJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(Io io, T value) => io.Out.WriteLine(Text(value));

    /// <summary>What <see cref="Write"/> writes.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Readable);

    /// <summary>One line, for streams of values.</summary>
    public static void WriteLine<T>(Io io, T value) => io.Out.WriteLine(JsonSerializer.Serialize(value, Line));
}
