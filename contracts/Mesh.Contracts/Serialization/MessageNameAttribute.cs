namespace Mesh.Contracts.Serialization;

/// <summary>
/// The name of a message on the bus and in the outbox. Renaming or moving the type does not change it; changing it breaks senders and
/// receivers of other versions.
/// </summary>
/// <param name="name">Lower-case words joined by hyphens, unique among the contracts.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MessageNameAttribute(string name) : Attribute
{
    /// <summary>The name, such as <c>abort-migration</c>.</summary>
    public string Name { get; } = name;
}
