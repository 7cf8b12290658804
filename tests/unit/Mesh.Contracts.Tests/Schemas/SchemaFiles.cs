using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Repository.Tests;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>The schema files in the repository.</summary>
internal static class SchemaFiles
{
    /// <summary>If set to 1, a test run regenerates the files from the contracts.</summary>
    public const string UpdateVariable = "MESH_UPDATE_SCHEMAS";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Directory { get; } = RepositoryRoot.At("infra/docs/schemas");

    public static string Text(JsonObject schema) => schema.ToJsonString(Readable) + "\n";

    public static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Directory, name)))!.AsObject();

    public static void Update()
    {
        System.IO.Directory.CreateDirectory(Directory);
        foreach (var (name, schema) in SchemaGenerator.Generate())
            File.WriteAllText(Path.Combine(Directory, name), Text(schema));
    }
}
