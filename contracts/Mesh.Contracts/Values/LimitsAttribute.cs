namespace Mesh.Contracts.Values;

/// <summary>
/// The limits of a member of an agent's message, where they differ from those that <see cref="MessageLimits"/> has for its type: the
/// range of a number, the length of a text, the count of a list.
/// </summary>
/// <param name="min">The least value, length or count that is accepted.</param>
/// <param name="max">The greatest value, length or count that is accepted.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LimitsAttribute(long min, long max) : Attribute
{
    /// <summary>The least value, length or count that is accepted.</summary>
    public long Min { get; } = min;

    /// <summary>The greatest value, length or count that is accepted.</summary>
    public long Max { get; } = max;
}
