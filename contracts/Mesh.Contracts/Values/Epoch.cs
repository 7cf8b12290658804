using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>
/// The number of an attempt, rising with each one. An agent rejects a command whose epoch is older than the newest it has
/// seen for that VM, so that a command delayed in a queue can never act on a later attempt.
/// </summary>
/// <param name="Number">1 for the first attempt.</param>
[JsonConverter(typeof(EpochJsonConverter))]
public readonly record struct Epoch(long Number) : IComparable<Epoch>
{
    /// <summary>The attempt after this one.</summary>
    public Epoch Next() => new(Number + 1);

    /// <inheritdoc />
    public int CompareTo(Epoch other) => Number.CompareTo(other.Number);

    /// <summary>Whether the left attempt came before the right one.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.Number < right.Number;

    /// <summary>Whether the left attempt came after the right one.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.Number > right.Number;

    /// <summary>Whether the left attempt is not the later one.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.Number <= right.Number;

    /// <summary>Whether the left attempt is not the earlier one.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.Number >= right.Number;

    /// <summary>The bare number.</summary>
    public override string ToString() => Number.ToString();
}

internal sealed class EpochJsonConverter() : NumberValueConverter<Epoch>(count => new Epoch(count), value => value.Number);
