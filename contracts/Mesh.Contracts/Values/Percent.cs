using System.Text.Json.Serialization;

namespace Mesh.Contracts.Values;

/// <summary>A whole percentage, such as QEMU's CPU throttle; on the wire a JSON integer.</summary>
/// <param name="Value">Percent, 0 to 100.</param>
[JsonConverter(typeof(PercentJsonConverter))]
public readonly record struct Percent(int Value)
{
    /// <summary>The percentage with its sign, such as <c>20 %</c>.</summary>
    public override string ToString() => $"{Value} %";
}

internal sealed class PercentJsonConverter()
    : NumberValueConverter<Percent>(count => new Percent((int)Math.Clamp(count, int.MinValue, int.MaxValue)), value => value.Value);
