using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>
/// The identity of one command to an agent. A resent command keeps its identity, and the agent then repeats the answer
/// that it recorded the first time instead of acting twice.
/// </summary>
[JsonConverter(typeof(CommandIdJsonConverter))]
public readonly record struct CommandId
{
    /// <summary>A command's identity.</summary>
    /// <param name="value">1 to 128 letters, digits, dots, hyphens or underscores.</param>
    /// <exception cref="ArgumentException">The identity is empty, too long, or holds another character.</exception>
    public CommandId(string value) => Value = NameValidator.Validate(value, "a command ID", 128);

    /// <summary>The identity itself.</summary>
    public string Value { get; }

    /// <summary>The bare identity.</summary>
    public override string ToString() => Value ?? "";
}

internal sealed class CommandIdJsonConverter() : TextValueConverter<CommandId>(text => new CommandId(text), value => value.Value);
