using System.Globalization;
using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>
/// The identity of one event of an agent. A resent event keeps its identity, so that the mesh handles it once.
/// </summary>
[JsonConverter(typeof(AgentEventIdJsonConverter))]
public readonly record struct AgentEventId
{
    /// <summary>An event's identity.</summary>
    /// <param name="value">1 to 128 letters, digits, dots, hyphens or underscores.</param>
    /// <exception cref="ArgumentException">The identity is empty, too long, or holds another character.</exception>
    public AgentEventId(string value) => Value = NameValidator.Validate(value, "an event ID", 128);

    /// <summary>The identity itself.</summary>
    public string Value { get; }

    /// <summary>The identity that an agent gives to an event: no other process of any agent gives the same one.</summary>
    /// <param name="migration">The migration.</param>
    /// <param name="epoch">The attempt.</param>
    /// <param name="agentEpoch">The agent's process.</param>
    /// <param name="number">The event's number among those of the process.</param>
    public static AgentEventId Create(MigrationId migration, Epoch epoch, long agentEpoch, long number) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{migration}.{epoch}.{agentEpoch}.{number}"));

    /// <summary>The bare identity.</summary>
    public override string ToString() => Value ?? "";
}

internal sealed class AgentEventIdJsonConverter() : TextValueConverter<AgentEventId>(text => new AgentEventId(text), value => value.Value);
