using System.Text.Json.Nodes;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>Finds and resolves references in a schema.</summary>
internal static class SchemaReferences
{
    /// <summary>Every object that references another schema.</summary>
    public static IReadOnlyList<JsonObject> In(JsonNode? node) => node switch
    {
        JsonObject reference when reference["$ref"] is JsonValue => [reference],
        JsonObject parts => [.. parts.SelectMany(part => In(part.Value))],
        JsonArray items => [.. items.SelectMany(In)],
        _ => [],
    };

    /// <summary>The target of a JSON pointer in a document; null if there is none.</summary>
    public static JsonNode? Follow(JsonNode? document, string pointer) =>
        pointer.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(document, (node, step) => (node as JsonObject)?[step]);
}
