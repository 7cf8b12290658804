using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

internal abstract class NumberValueConverter<T>(Func<long, T> read, Func<T, long> write) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)
            ? read(number)
            : throw new JsonException($"{typeToConvert.Name} must be a whole number.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(write(value));
}

internal abstract class TextValueConverter<T>(Func<string, T> read, Func<T, string> write) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        try
        {
            return read(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new JsonException($"{typeToConvert.Name}: {e.Message}", e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
}
