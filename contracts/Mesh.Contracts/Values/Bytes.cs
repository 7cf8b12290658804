using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>An amount of data in bytes; on the wire a JSON integer.</summary>
/// <param name="Count">How many bytes; zero or more for anything that was measured.</param>
[JsonConverter(typeof(BytesJsonConverter))]
public readonly record struct Bytes(long Count) : IComparable<Bytes>
{
    /// <summary>No data at all.</summary>
    public static readonly Bytes Zero = new(0);

    /// <summary>An amount given in mebibytes (2^20 bytes).</summary>
    public static Bytes FromMebibytes(double mebibytes) => new((long)(mebibytes * (1L << 20)));

    /// <summary>An amount given in kibibytes (2^10 bytes), libvirt's unit for memory.</summary>
    public static Bytes FromKibibytes(long kibibytes) => new(kibibytes << 10);

    /// <summary>An amount given in gibibytes (2^30 bytes).</summary>
    public static Bytes FromGibibytes(double gibibytes) => new((long)(gibibytes * (1L << 30)));

    /// <summary>The same amount in mebibytes.</summary>
    [JsonIgnore]
    public double Mebibytes => Count / (double)(1L << 20);

    /// <summary>The same amount in gibibytes.</summary>
    [JsonIgnore]
    public double Gibibytes => Count / (double)(1L << 30);

    /// <inheritdoc />
    public int CompareTo(Bytes other) => Count.CompareTo(other.Count);

    /// <summary>The sum of two amounts.</summary>
    public static Bytes operator +(Bytes left, Bytes right) => new(left.Count + right.Count);

    /// <summary>The difference of two amounts; may be negative.</summary>
    public static Bytes operator -(Bytes left, Bytes right) => new(left.Count - right.Count);

    /// <summary>Whether the left amount is the smaller one.</summary>
    public static bool operator <(Bytes left, Bytes right) => left.Count < right.Count;

    /// <summary>Whether the left amount is the larger one.</summary>
    public static bool operator >(Bytes left, Bytes right) => left.Count > right.Count;

    /// <summary>Whether the left amount is not the larger one.</summary>
    public static bool operator <=(Bytes left, Bytes right) => left.Count <= right.Count;

    /// <summary>Whether the left amount is not the smaller one.</summary>
    public static bool operator >=(Bytes left, Bytes right) => left.Count >= right.Count;

    /// <summary>The amount in the largest binary unit that keeps it at 1 or more, such as <c>1.5 GiB</c>.</summary>
    public override string ToString() => Math.Abs(Count) switch
    {
        >= 1L << 30 => $"{Gibibytes:0.##} GiB",
        >= 1L << 20 => $"{Mebibytes:0.#} MiB",
        >= 1L << 10 => $"{Count / 1024.0:0.#} KiB",
        _ => $"{Count} B",
    };
}

internal sealed class BytesJsonConverter() : NumberValueConverter<Bytes>(count => new Bytes(count), value => value.Count);
