using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>The name of a host in the mesh; also a part of its agent's queue name.</summary>
[JsonConverter(typeof(HostNameJsonConverter))]
public readonly record struct HostName
{
    /// <summary>A host's name.</summary>
    /// <param name="value">1 to 253 letters, digits, dots, hyphens or underscores.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds another character.</exception>
    public HostName(string value) => Value = NameValidator.Validate(value, "a host name", 253);

    /// <summary>The name itself.</summary>
    public string Value { get; }

    /// <summary>The bare name.</summary>
    public override string ToString() => Value ?? "";
}

internal sealed class HostNameJsonConverter() : TextValueConverter<HostName>(text => new HostName(text), value => value.Value);
