using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>The identity of one migration, chosen by the caller, so that repeating a request is safe.</summary>
[JsonConverter(typeof(MigrationIdJsonConverter))]
public readonly record struct MigrationId
{
    /// <summary>A migration's identity.</summary>
    /// <param name="value">1 to 64 letters, digits, dots, hyphens or underscores.</param>
    /// <exception cref="ArgumentException">The identity is empty, too long, or holds another character.</exception>
    public MigrationId(string value) => Value = NameValidator.Validate(value, "a migration ID", 64);

    /// <summary>The identity itself.</summary>
    public string Value { get; }

    /// <summary>A new identity: twelve hexadecimal digits from the given random source.</summary>
    public static MigrationId New(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new($"{random.NextInt64(1L << 48):x12}");
    }

    /// <summary>The bare identity.</summary>
    public override string ToString() => Value ?? "";
}

internal sealed class MigrationIdJsonConverter() : TextValueConverter<MigrationId>(text => new MigrationId(text), value => value.Value);
