using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>The wire forms that the serializer's schema exporter cannot derive, because a converter writes them.</summary>
internal static class ValueSchemas
{
    private const string NamePattern = "^[A-Za-z0-9._-]+$";

    public static string NameOf(Type type) => type == typeof(TimeSpan) ? "Duration" : type.Name;

    /// <summary>The schema of a value type or an enumeration; null for everything else.</summary>
    public static JsonObject? Of(Type type)
    {
        if (type.IsEnum)
            return EnumSchema(type);
        if (type == typeof(TimeSpan))
            return new JsonObject { ["description"] = "A duration in whole milliseconds.", ["type"] = "integer", ["minimum"] = 0, ["maximum"] = MessageLimits.DurationMax, ["x-unit"] = "ms" };
        if (type.Namespace != typeof(Bytes).Namespace)
            return null;

        var schema = new JsonObject { ["description"] = XmlDocumentation.Of(type) };
        foreach (var (key, value) in Form(type))
            schema[key] = value?.DeepClone();
        return schema;
    }

    private static JsonObject Form(Type type) => type.Name switch
    {
        nameof(Bytes) => new() { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = MessageLimits.NumberMax, ["x-unit"] = "bytes" },
        nameof(BytesPerSecond) => new() { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = MessageLimits.NumberMax, ["x-unit"] = "bytes/s" },
        nameof(Percent) => new() { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = 100, ["x-unit"] = "%" },
        nameof(Epoch) => new() { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = MessageLimits.NumberMax },
        nameof(VmId) => new() { ["type"] = "string", ["format"] = "uuid" },
        nameof(HostName) => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 253, ["pattern"] = NamePattern },
        nameof(MigrationId) => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 64, ["pattern"] = NamePattern },
        nameof(CommandId) or nameof(AgentEventId) => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 128, ["pattern"] = NamePattern },
        _ => throw new InvalidOperationException($"{type.Name} has no wire form in {nameof(ValueSchemas)}: add one"),
    };

    private static JsonObject EnumSchema(Type type)
    {
        var values = new JsonArray();
        var meanings = new JsonObject();
        foreach (var value in Enum.GetValues(type))
        {
            var name = JsonSerializer.SerializeToNode(value, type, MeshJson.Options)!.GetValue<string>();
            values.Add(name);
            meanings[name] = XmlDocumentation.Of(type.GetField(value.ToString()!)!);
        }

        return new() { ["description"] = XmlDocumentation.Of(type), ["type"] = "string", ["enum"] = values, ["x-meanings"] = meanings };
    }
}
