using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Samples;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>The limits of the members of agents' messages, for the schemas.</summary>
internal static class MemberLimits
{
    /// <summary>Every type in a message that the mesh checks at intake.</summary>
    public static IReadOnlySet<Type> Types { get; } = FindTypes();

    /// <summary>Adds a member's limits to its schema.</summary>
    public static void AddTo(JsonObject schema, JsonPropertyInfo property)
    {
        var member = (MemberInfo)property.AttributeProvider!;
        if (MessageLimits.Find(property.PropertyType, member) is not { } limits)
            return;

        // A value's own limits are in its own schema.
        var isReference = schema.ContainsKey("$ref");
        if (isReference && member.GetCustomAttribute<LimitsAttribute>() is null)
            return;
        Add(schema, isReference ? "integer" : schema["type"]?.GetValue<string>(), limits);
        if (schema["items"] is JsonObject items && items["type"]?.GetValue<string>() == "string")
            items["maxLength"] = MessageLimits.TextLengthMax;
        if (schema["additionalProperties"] is JsonObject values)
            values["maxLength"] = LabelLimits.LengthMax;
    }

    private static void Add(JsonObject schema, string? type, (long Min, long Max) limits)
    {
        var (min, max) = type switch
        {
            "string" => ("minLength", "maxLength"),
            "array" => ("minItems", "maxItems"),
            "object" => ("minProperties", "maxProperties"),
            _ => ("minimum", "maximum"),
        };
        if (limits.Min > 0 || type == "integer")
            schema[min] = limits.Min;
        schema[max] = limits.Max;
    }

    private static HashSet<Type> FindTypes()
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>(AgentMessages.Received);
        while (open.TryDequeue(out var type))
        {
            var bare = Nullable.GetUnderlyingType(type) ?? type;
            if (bare.IsGenericType)
            {
                foreach (var argument in bare.GetGenericArguments())
                    open.Enqueue(argument);
            }
            else if (bare is { IsClass: true, Namespace: { } name } && name.StartsWith("Mesh.Contracts", StringComparison.Ordinal) && found.Add(bare))
            {
                foreach (var derived in bare.IsAbstract ? MessageTypes.DerivedOf(bare) : [])
                    open.Enqueue(derived.Type);
                foreach (var property in bare.IsAbstract ? [] : MeshJson.Options.GetTypeInfo(bare).Properties)
                    open.Enqueue(property.PropertyType);
            }
        }

        return found;
    }
}
