using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Samples;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>
/// Generates the schema files from the contracts: one per message that an agent sends or receives, one for the file of an exported
/// inventory, and one for the types that they share. Types come from the serializer, descriptions from the documentation comments.
/// </summary>
internal sealed class SchemaGenerator
{
    public const string CommonFile = "common.json";

    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";
    private static readonly string[] Shape = ["type", "properties", "required", "items", "additionalProperties", "format"];

    private readonly SortedDictionary<string, JsonObject> _common = new(StringComparer.Ordinal);

    private SchemaGenerator()
    {
    }

    /// <summary>Every schema file by its name.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Generate()
    {
        var generator = new SchemaGenerator();
        var files = AgentMessages.Documents.ToDictionary(type => $"{type.Name}.json", generator.MakeFile, StringComparer.Ordinal);
        files[CommonFile] = new JsonObject
        {
            ["$schema"] = Dialect,
            ["title"] = "Common",
            ["description"] = "The types in the messages between agents and mesh and in the file of an exported inventory.",
            ["$defs"] = new JsonObject(generator._common.Select(item => KeyValuePair.Create<string, JsonNode?>(item.Key, item.Value))),
        };
        return files;
    }

    private JsonObject MakeFile(Type type)
    {
        var file = new JsonObject { ["$schema"] = Dialect, ["title"] = type.Name };
        if (!type.IsAbstract)
        {
            foreach (var (key, value) in Export(type))
                file[key] = value?.DeepClone();
            return InMessageFile(file, []);
        }

        var discriminator = MessageTypes.DiscriminatorOf(type);
        var derived = MessageTypes.DerivedOf(type);
        file["description"] = XmlDocumentation.Of(type);
        file["type"] = "object";
        file["required"] = new JsonArray(discriminator);
        file["oneOf"] = new JsonArray([.. derived.Select(item => Reference(item.Type.Name))]);
        file["$defs"] = new JsonObject(derived.Select(item =>
            KeyValuePair.Create<string, JsonNode?>(item.Type.Name, WithDiscriminator(Export(item.Type), discriminator, item.Name))));
        return InMessageFile(file, [.. derived.Select(item => item.Type.Name)]);
    }

    private JsonObject Export(Type type)
    {
        var exporting = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = (context, node) => Transform(context, node, type) };
        return MeshJson.Options.GetJsonSchemaAsNode(type, exporting).AsObject();
    }

    private JsonObject Transform(JsonSchemaExporterContext context, JsonNode node, Type root)
    {
        var type = Bare(context.TypeInfo.Type);
        var isRoot = context.Path.IsEmpty;
        if (isRoot || context.TypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            var schema = ObjectSchema(type, context.TypeInfo, node.AsObject());
            if (isRoot)
                return schema;
            _common.TryAdd(type.Name, schema);
            return WithDescription(Reference(type.Name), context.PropertyInfo);
        }

        if (ValueReference(type, context.PropertyInfo) is { } value)
            return value;
        if (node is not JsonObject known)
            throw new InvalidOperationException($"{type} in {root.Name} has no schema");
        var plain = new JsonObject();
        foreach (var key in Shape.Where(known.ContainsKey))
            plain[key] = WithoutNull(known[key]!);

        // The exporter leaves out the items of a list of a type with a converter.
        if (context.TypeInfo is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element } && !plain.ContainsKey("items") && ValueReference(Bare(element), null) is { } items)
            plain["items"] = items;
        return WithDescription(plain, context.PropertyInfo);
    }

    private JsonObject? ValueReference(Type type, JsonPropertyInfo? property)
    {
        if (ValueSchemas.Of(type) is not { } value)
            return null;
        _common.TryAdd(ValueSchemas.NameOf(type), value);
        return WithDescription(Reference(ValueSchemas.NameOf(type)), property);
    }

    private JsonObject ObjectSchema(Type type, JsonTypeInfo info, JsonObject exported)
    {
        var given = exported["properties"]?.AsObject() ?? [];
        var defaults = type.GetConstructor(Type.EmptyTypes)?.Invoke([]);
        var (properties, required) = (new JsonObject(), new JsonArray());

        // The members of the base come first.
        foreach (var property in info.Properties.Where(property => given.ContainsKey(property.Name)).OrderBy(property => Declaration(property).DeclaringType == type))
        {
            // If a constructor's parameter has a default, the exporter does not call the transformation for a type with a converter.
            var schema = ValueReference(Bare(property.PropertyType), property) ?? given[property.Name]!.DeepClone().AsObject();
            if (MemberLimits.Types.Contains(type))
                MemberLimits.AddTo(schema, property);
            var isRequired = property.IsRequired && !IsNullable(Declaration(property));
            if (isRequired)
                required.Add(property.Name);
            else if (defaults is not null && property.Get!(defaults) is { } value)
                schema["default"] = JsonSerializer.SerializeToNode(value, property.PropertyType, MeshJson.Options);
            properties[property.Name] = schema;
        }

        var result = new JsonObject { ["description"] = XmlDocumentation.Of(type), ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            result["required"] = required;
        return result;
    }

    private static JsonObject WithDiscriminator(JsonObject schema, string discriminator, string name)
    {
        schema["properties"]!.AsObject().Insert(0, discriminator, new JsonObject { ["const"] = name });
        schema["required"]!.AsArray().Insert(0, discriminator);
        return schema;
    }

    private static JsonObject WithDescription(JsonObject schema, JsonPropertyInfo? property)
    {
        if (property is not null)
            schema.Insert(0, "description", XmlDocumentation.Of(Declaration(property)));
        return schema;
    }

    /// <summary>A null member is omitted on the wire, so that no type is a union with null.</summary>
    private static JsonNode WithoutNull(JsonNode keyword)
    {
        if (keyword is not JsonArray types || types.All(item => item?.ToString() != "null"))
            return keyword.DeepClone();
        return types.Single(item => item!.ToString() != "null")!.DeepClone();
    }

    private static JsonObject InMessageFile(JsonObject file, IReadOnlyCollection<string> own)
    {
        foreach (var reference in SchemaReferences.In(file))
            if (!own.Contains(reference["$ref"]!.GetValue<string>()["#/$defs/".Length..]))
                reference["$ref"] = CommonFile + reference["$ref"];
        return file;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static PropertyInfo Declaration(JsonPropertyInfo property) => (PropertyInfo)property.AttributeProvider!;

    private static bool IsNullable(PropertyInfo property) => new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
}
