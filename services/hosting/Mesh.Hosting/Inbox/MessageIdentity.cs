namespace Mesh.Hosting.Inbox;

/// <summary>
/// What identifies a message when it is repeated: its sender and the identity that the sender gave it. Nothing that the broker assigns
/// is part of it, because a repetition is assigned a new one.
/// </summary>
/// <param name="Value">The identity as it is stored.</param>
public readonly record struct MessageIdentity(string Value)
{
    /// <summary>The identity as it is stored.</summary>
    public override string ToString() => Value ?? "";
}
