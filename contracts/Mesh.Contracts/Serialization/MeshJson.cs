using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh.Contracts.Serialization;

/// <summary>
/// The JSON form of all contracts: camel-case names, enumerations as camel-case words, durations in whole milliseconds,
/// sizes in bytes, rates in bytes per second, instants in ISO 8601 with offset. Unknown members are ignored, so that an
/// older reader understands a newer writer; a missing or null required member is an error, and a nullable one is omitted when
/// it is null.
/// </summary>
public static class MeshJson
{
    /// <summary>The options that every store, HTTP answer and file uses.</summary>
    public static readonly JsonSerializerOptions Options = CreateReadOnly(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>The same, indented, for people.</summary>
    public static readonly JsonSerializerOptions Indented = CreateReadOnly(new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true });

    /// <summary>Applies these rules to the given options; for libraries that have their own.</summary>
    public static JsonSerializerOptions Apply(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowOutOfOrderMetadataProperties = true;
        options.Converters.Insert(0, new DurationJsonConverter());
        options.Converters.Insert(1, new EnumJsonConverter());
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(MakeNullableOptional);
        return options;
    }

    // Null members are not written, so a reader must not require them.
    private static void MakeNullableOptional(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (property is { IsRequired: true, AssociatedParameter.IsNullable: true })
                property.IsRequired = false;
    }

    private static JsonSerializerOptions CreateReadOnly(JsonSerializerOptions options)
    {
        Apply(options).MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
