using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>
/// Checks a message against the schema files; supports only the keywords of JSON Schema that these files use, and reports any
/// other instead of ignoring it.
/// </summary>
internal static class SchemaChecker
{
    /// <summary>The violations; empty if the message is valid.</summary>
    public static IReadOnlyList<string> Check(string file, JsonNode? message) => [.. Check(SchemaFiles.Read(file), file, message, "$")];

    /// <summary>The file and the JSON pointer of a reference.</summary>
    public static (string File, string Pointer) Split(string reference, string file)
    {
        var parts = reference.Split('#');
        return (parts[0].Length > 0 ? parts[0] : file, parts.Length > 1 ? parts[1] : "");
    }

    private static IEnumerable<string> Check(JsonObject schema, string file, JsonNode? value, string at) =>
        schema.SelectMany(keyword => Check(keyword.Key, keyword.Value!, file, value, at));

    private static IEnumerable<string> Check(string keyword, JsonNode rule, string file, JsonNode? value, string at) => keyword switch
    {
        "$ref" => Follow(rule.GetValue<string>(), file, value, at),
        "type" => Fits(rule.GetValue<string>(), value) ? [] : [$"{at} is not of type {rule}"],
        "const" => JsonNode.DeepEquals(rule, value) ? [] : [$"{at} is not {rule}"],
        "enum" => rule.AsArray().Any(item => JsonNode.DeepEquals(item, value)) ? [] : [$"{at} is not one of {rule}"],
        "required" => value is JsonObject parts
            ? rule.AsArray().Select(name => name!.GetValue<string>()).Where(name => !parts.ContainsKey(name)).Select(name => $"{at} lacks {name}")
            : [],
        "properties" => rule.AsObject().Where(item => value is JsonObject parts && parts.ContainsKey(item.Key))
            .SelectMany(item => Check(item.Value!.AsObject(), file, value![item.Key], $"{at}.{item.Key}")),
        "additionalProperties" => value!.AsObject().SelectMany(item => Check(rule.AsObject(), file, item.Value, $"{at}.{item.Key}")),
        "items" => value!.AsArray().SelectMany((item, index) => Check(rule.AsObject(), file, item, $"{at}[{index}]")),
        "oneOf" => rule.AsArray().Count(item => !Check(item!.AsObject(), file, value, at).Any()) == 1 ? [] : [$"{at} does not match exactly one of its alternatives"],
        "pattern" => Regex.IsMatch(value!.GetValue<string>(), rule.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1)) ? [] : [$"{at} does not match {rule}"],
        "minLength" => value!.GetValue<string>().Length >= rule.GetValue<int>() ? [] : [$"{at} is too short"],
        "maxLength" => value!.GetValue<string>().Length <= rule.GetValue<int>() ? [] : [$"{at} is too long"],
        "maxItems" => value!.AsArray().Count <= rule.GetValue<int>() ? [] : [$"{at} has too many elements"],
        "maxProperties" => value!.AsObject().Count <= rule.GetValue<int>() ? [] : [$"{at} has too many members"],
        "minimum" => Number(value) >= Number(rule) ? [] : [$"{at} is too small"],
        "maximum" => Number(value) <= Number(rule) ? [] : [$"{at} is too large"],
        "format" => FitsFormat(rule.GetValue<string>(), value!.GetValue<string>()) ? [] : [$"{at} is not of type {rule}"],
        "$schema" or "$defs" or "title" or "description" or "default" or "x-unit" or "x-meanings" => [],
        _ => [$"the schema at {at} uses '{keyword}', which is not supported here"],
    };

    private static IEnumerable<string> Follow(string reference, string file, JsonNode? value, string at)
    {
        var (target, pointer) = Split(reference, file);
        return Check(SchemaReferences.Follow(SchemaFiles.Read(target), pointer)!.AsObject(), target, value, at);
    }

    private static bool Fits(string type, JsonNode? value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && decimal.IsInteger(Number(value)),
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        _ => false,
    };

    private static bool FitsFormat(string format, string text) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => DateTimeOffset.TryParse(text, out _),
        _ => false,
    };

    private static decimal Number(JsonNode? value) => decimal.Parse(value!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
