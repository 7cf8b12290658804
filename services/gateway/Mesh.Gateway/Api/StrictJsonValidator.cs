using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mesh.Contracts.Api;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>
/// Validates JSON against the type that it is to become and reports all errors at once, in terms of the API. Messages between
/// services may have unknown members; a request with one is rejected, because it is a typing error that would go unnoticed.
/// </summary>
internal static class StrictJsonValidator
{
    public static IEnumerable<ApiError> Validate(JsonElement value, Type type, string path = "$")
    {
        var shape = MeshJson.Options.GetTypeInfo(type);
        if (shape.Kind != JsonTypeInfoKind.Object)
            return ValidateLeaf(value, type, path);
        return value.ValueKind == JsonValueKind.Object
            ? ValidateMembers(value, shape, path)
            : [new ApiError(path, $"expected an object with {Names(shape)}")];
    }

    private static IEnumerable<ApiError> ValidateMembers(JsonElement value, JsonTypeInfo shape, string path)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!seen.Add(member.Name))
                yield return new($"{path}.{member.Name}", "appears more than once");

            // Case-sensitive, unlike the web defaults of System.Text.Json.
            if (Members(shape).FirstOrDefault(known => string.Equals(known.Name, member.Name, StringComparison.Ordinal)) is not { } known)
                yield return new($"{path}.{member.Name}", $"unknown member; {path} has {Names(shape)}");
            else if (member.Value.ValueKind != JsonValueKind.Null || !IsOptional(known))
                foreach (var error in Validate(member.Value, known.PropertyType, $"{path}.{member.Name}"))
                    yield return error;
        }

        foreach (var required in Members(shape).Where(known => known.IsRequired && !value.TryGetProperty(known.Name, out _)))
            yield return new($"{path}.{required.Name}", "is missing");
    }

    private static IEnumerable<ApiError> ValidateLeaf(JsonElement value, Type type, string path)
    {
        ApiError? error = null;
        try
        {
            if (value.ValueKind == JsonValueKind.Null)
                error = new(path, $"must not be null; expected {DescribeType(type)}");
            else
                value.Deserialize(type, MeshJson.Options);

            // System.Text.Json does not check the nullability of a list's elements.
            if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(element => element.ValueKind == JsonValueKind.Null))
                error = new(path, $"invalid value {Shorten(value)}; expected {DescribeType(type)}, none of them null");
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            error = new(path, $"invalid value {Shorten(value)}; expected {DescribeType(type)}");
        }

        return error is null ? [] : [error];
    }

    private static bool IsOptional(JsonPropertyInfo property) => property.IsSetNullable && property.IsGetNullable;

    // Without computed members and those that are not part of the JSON.
    private static IEnumerable<JsonPropertyInfo> Members(JsonTypeInfo shape) =>
        shape.Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null);

    private static string Names(JsonTypeInfo shape) => string.Join(", ", Members(shape).Select(property => property.Name));

    private static string Shorten(JsonElement value) =>
        value.GetRawText() is { Length: > 60 } text ? $"{text.AsSpan(0, 57)}..." : value.GetRawText();

    private static string DescribeType(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } names => "one of " + string.Join(", ", Enum.GetNames(names).Select(JsonNamingPolicy.CamelCase.ConvertName)),
        var other when other == typeof(bool) => "true or false",
        var other when other == typeof(string) => "a string",
        var other when other == typeof(int) || other == typeof(long) => "a whole number",
        var other when other == typeof(TimeSpan) => "a whole number of milliseconds",
        var other when other == typeof(BytesPerSecond) => "a whole number of bytes per second",
        var other when other == typeof(Percent) => "a whole number (percent)",
        var other when other == typeof(HostName) => "a host name: 1 to 253 letters, digits, dots, hyphens or underscores",
        var other when other == typeof(MigrationId) => "1 to 64 letters, digits, dots, hyphens or underscores",
        var other when typeof(IEnumerable<HostName>).IsAssignableFrom(other) => "a list of host names",
        var other when typeof(IEnumerable<string>).IsAssignableFrom(other) => "a list of strings",
        var other => $"a {other.Name}",
    };
}
