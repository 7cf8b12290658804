using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>
/// Holds a JSON value against the type that it is to become, and finds everything that is wrong at once, in the words of the
/// API. Unlike messages between services, which pass over what they do not know, a request with a misspelt member is refused:
/// its sender meant something by it.
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
            : [new ApiError(path, $"takes an object, with {Names(shape)}")];
    }

    private static IEnumerable<ApiError> ValidateMembers(JsonElement value, JsonTypeInfo shape, string path)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!seen.Add(member.Name))
                yield return new($"{path}.{member.Name}", "is given more than once");

            // The name as it is written, without the leniency about upper and lower case that STJ's web defaults have.
            if (Members(shape).FirstOrDefault(known => string.Equals(known.Name, member.Name, StringComparison.Ordinal)) is not { } known)
                yield return new($"{path}.{member.Name}", $"is not known; {path} takes {Names(shape)}");
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
                error = new(path, $"takes {DescribeType(type)}, not null");
            else
                value.Deserialize(type, MeshJson.Options);

            // System.Text.Json does not hold the elements of a list against their nullability.
            if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(element => element.ValueKind == JsonValueKind.Null))
                error = new(path, $"{Shorten(value)} is not accepted; it takes {DescribeType(type)}, none of them null");
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            error = new(path, $"{Shorten(value)} is not accepted; it takes {DescribeType(type)}");
        }

        return error is null ? [] : [error];
    }

    private static bool IsOptional(JsonPropertyInfo property) => property.IsSetNullable && property.IsGetNullable;

    // What is only worked out from the rest, and what is left out of the JSON, cannot be given.
    private static IEnumerable<JsonPropertyInfo> Members(JsonTypeInfo shape) =>
        shape.Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null);

    private static string Names(JsonTypeInfo shape) => string.Join(", ", Members(shape).Select(property => property.Name));

    private static string Shorten(JsonElement value) =>
        value.GetRawText() is { Length: > 60 } text ? $"{text.AsSpan(0, 57)}..." : value.GetRawText();

    private static string DescribeType(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } words => "one of " + string.Join(", ", Enum.GetNames(words).Select(JsonNamingPolicy.CamelCase.ConvertName)),
        var other when other == typeof(bool) => "true or false",
        var other when other == typeof(string) => "a text",
        var other when other == typeof(int) || other == typeof(long) => "a whole number",
        var other when other == typeof(TimeSpan) => "a whole number of milliseconds",
        var other when other == typeof(BytesPerSecond) => "a whole number of bytes per second",
        var other when other == typeof(Percent) => "a whole number of percent",
        var other when other == typeof(HostName) => "a host's name: 1 to 253 letters, digits, dots, hyphens or underscores",
        var other when other == typeof(MigrationId) => "1 to 64 letters, digits, dots, hyphens or underscores",
        var other when typeof(IEnumerable<HostName>).IsAssignableFrom(other) => "a list of hosts' names",
        var other when typeof(IEnumerable<string>).IsAssignableFrom(other) => "a list of texts",
        var other => $"a {other.Name}",
    };
}
