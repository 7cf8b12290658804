using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Contracts.Serialization;

/// <summary>
/// Enumerations as one camel-case word each. The framework's converter also takes several words with commas, as of flags, and makes another
/// value of them.
/// </summary>
internal sealed class EnumJsonConverter : JsonConverterFactory
{
    private readonly JsonStringEnumConverter _words = new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    /// <inheritdoc />
    public override bool CanConvert(Type typeToConvert) => _words.CanConvert(typeToConvert);

    /// <inheritdoc />
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(SingleWord<>).MakeGenericType(typeToConvert), _words.CreateConverter(typeToConvert, options))!;

    private sealed class SingleWord<T>(JsonConverter<T> words) : JsonConverter<T>
        where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType is JsonTokenType.String && reader.GetString()!.Contains(',', StringComparison.Ordinal)
                ? throw new JsonException()
                : words.Read(ref reader, typeToConvert, options);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => words.Write(writer, value, options);

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            words.ReadAsPropertyName(ref reader, typeToConvert, options);

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => words.WriteAsPropertyName(writer, value, options);
    }
}
