using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>A data rate in bytes per second; on the wire a JSON integer.</summary>
/// <param name="Count">Bytes per second; zero or more.</param>
[JsonConverter(typeof(BytesPerSecondJsonConverter))]
public readonly record struct BytesPerSecond(long Count)
{
    /// <summary>A rate given in mebibytes per second, libvirt's unit for migration bandwidth.</summary>
    public static BytesPerSecond FromMebibytes(double mebibytes) => new((long)(mebibytes * (1L << 20)));

    /// <summary>The same rate in mebibytes per second.</summary>
    [JsonIgnore]
    public double Mebibytes => Count / (double)(1L << 20);

    /// <summary>The rate with its unit, such as <c>32 MiB/s</c>.</summary>
    public override string ToString() => $"{new Bytes(Count)}/s";
}

internal sealed class BytesPerSecondJsonConverter()
    : NumberValueConverter<BytesPerSecond>(count => new BytesPerSecond(count), value => value.Count);
