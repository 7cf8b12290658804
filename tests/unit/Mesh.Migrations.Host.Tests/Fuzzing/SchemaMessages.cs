using System.Text.Json.Nodes;
using Mesh.Repository.Tests;

namespace Mesh.Migrations.Host.Tests.Fuzzing;

/// <summary>Valid messages of agents, made from their schemas, with the schema of each of their values.</summary>
internal sealed class SchemaMessages(Random random)
{
    private static readonly Dictionary<string, JsonObject> Files = Directory.EnumerateFiles(RepositoryRoot.At("infra/docs/schemas"))
        .ToDictionary(path => Path.GetFileName(path), path => JsonNode.Parse(File.ReadAllText(path))!.AsObject(), StringComparer.Ordinal);

    /// <summary>The epoch of the migration <c>m1</c>, to which half of the messages belong.</summary>
    public long Epoch { get; set; } = 1;

    /// <summary>A valid message with most of its optional members.</summary>
    /// <param name="type">The message, such as <c>HostReport</c>.</param>
    /// <param name="host">The host that sends it.</param>
    public SchemaMessage Create(string type, string host)
    {
        var values = new List<SchemaValue>();
        var message = Make(Files[$"{type}.json"], $"{type}.json", null, values, 0)!.AsObject();
        message["host"] = host;
        return new(type, message, values);
    }

    private JsonNode? Make(JsonObject schema, string file, string? member, List<SchemaValue> values, int depth)
    {
        if (schema["$ref"] is { } reference)
        {
            var parts = reference.GetValue<string>().Split('#');
            var target = parts[0].Length > 0 ? parts[0] : file;
            var resolved = (JsonObject)parts[1].Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate((JsonNode)Files[target], (node, step) => node[step]!);
            return Make(With(resolved, schema), target, member, values, depth);
        }

        if (schema["oneOf"] is JsonArray alternatives)
            return Make(alternatives[random.Next(alternatives.Count)]!.AsObject(), file, member, values, depth);
        if (schema["const"] is { } constant)
            return constant.DeepClone();
        return schema["type"]!.GetValue<string>() switch
        {
            "object" when schema["properties"] is JsonObject properties => MakeObject(schema, properties, file, values, depth),
            "object" => new JsonObject { [$"label{random.Next(100)}"] = "value" },
            "array" => MakeArray(schema["items"]!.AsObject(), file, member, values, depth),
            "boolean" => random.Next(2) == 0,
            "integer" => MakeNumber(schema, member),
            "number" => random.NextDouble(),
            _ => MakeText(schema, member),
        };
    }

    // The members beside a reference, such as limits of its own, hold as well.
    private static JsonObject With(JsonObject schema, JsonObject own)
    {
        var merged = schema.DeepClone().AsObject();
        foreach (var (key, value) in own.Where(item => item.Key is not ("$ref" or "description")))
            merged[key] = value?.DeepClone();
        return merged;
    }

    private JsonObject MakeObject(JsonObject schema, JsonObject properties, string file, List<SchemaValue> values, int depth)
    {
        var required = schema["required"]?.AsArray().Select(name => name!.GetValue<string>()).ToHashSet() ?? [];
        var made = new JsonObject();
        foreach (var (name, value) in properties)
        {
            if (!required.Contains(name) && random.Next(8) == 0)
                continue;
            made[name] = Make(value!.AsObject(), file, name, values, depth + 1);
            values.Add(new(made, name, -1, value.AsObject(), required.Contains(name)));
        }

        return made;
    }

    private JsonArray MakeArray(JsonObject items, string file, string? member, List<SchemaValue> values, int depth)
    {
        var made = new JsonArray();
        for (var i = 0; i < (depth <= 1 ? 4 : 2); i++)
        {
            made.Add(Make(items, file, member, values, depth + 1));
            values.Add(new(made, null, i, items, false));
        }

        return made;
    }

    private JsonNode MakeNumber(JsonObject schema, string? member)
    {
        var min = schema["minimum"]?.GetValue<long>() ?? 0;
        var max = schema["maximum"]?.GetValue<long>() ?? int.MaxValue;

        // Later messages of one agent must not be dropped as old ones.
        return member switch
        {
            "agentEpoch" => 1,
            "protocolVersion" => 2,
            "epoch" when random.Next(2) == 0 => Epoch,
            _ => random.NextInt64(min, Math.Min(max, 1_000_000) + 1),
        };
    }

    private JsonNode MakeText(JsonObject schema, string? member)
    {
        if (schema["enum"] is JsonArray words)
            return words[random.Next(words.Count)]!.DeepClone();
        return schema["format"]?.GetValue<string>() switch
        {
            "uuid" => new Guid(random.Next(40), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString("D"),
            "date-time" => "2026-01-01T12:00:00+00:00",
            _ => member == "migrationId" && random.Next(2) == 0 ? "m1" : member == "hostUuid" ? "uuid" : $"{member}-{random.Next(1000)}",
        };
    }
}

/// <summary>A message and its values.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Json">The message.</param>
/// <param name="Values">Where each of its values is.</param>
internal sealed record SchemaMessage(string Type, JsonObject Json, IReadOnlyList<SchemaValue> Values);

/// <summary>A value in a message.</summary>
/// <param name="Parent">The object or list that has it.</param>
/// <param name="Name">Its name in an object.</param>
/// <param name="Index">Its place in a list.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="IsRequired">Whether the message is invalid without it.</param>
internal sealed record SchemaValue(JsonNode Parent, string? Name, int Index, JsonObject Schema, bool IsRequired)
{
    /// <summary>Replaces it.</summary>
    public void Set(JsonNode? value)
    {
        if (Name is { } name)
            Parent[name] = value;
        else if (Index < Parent.AsArray().Count)
            Parent[Index] = value;
    }

    /// <summary>The value as it is now.</summary>
    public JsonNode? Get() => Name is { } name ? Parent[name] : Index < Parent.AsArray().Count ? Parent[Index] : null;
}
