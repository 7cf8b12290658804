using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh.Contracts.Serialization;

/// <summary>
/// How everything here looks as JSON: camel-case names, enumerations as camel-case words, durations in whole milliseconds,
/// sizes in bytes, rates in bytes per second, instants in ISO 8601 with offset. Unknown members are passed over, so that an
/// older reader understands a newer writer; a missing or null required member is an error, and one that may be null is left out when
/// it is.
/// </summary>
public static class MeshJson
{
    /// <summary>The options that every store, HTTP answer and file uses.</summary>
    public static readonly JsonSerializerOptions Options = CreateReadOnly(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>The same with line breaks, for people.</summary>
    public static readonly JsonSerializerOptions Indented = CreateReadOnly(new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true });

    /// <summary>Sets the given options to the rules above; for libraries that bring options of their own.</summary>
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
        options.Converters.Insert(1, new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(MakeNullableOptional);
        return options;
    }

    // What is null is not written: what reads it must not insist.
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
