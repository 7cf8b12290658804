using System.Globalization;
using Mesh.Contracts.Values;
using Mesh.Documents;

namespace Mesh.Policy.Model;

/// <summary>How a value is written in a policy document.</summary>
/// <param name="Read">Reads it; null after reporting an error.</param>
/// <param name="Write">Writes it so that <paramref name="Read"/> returns the same value.</param>
internal sealed record ValueForm<T>(Func<NodeContext, T?> Read, Func<T, DocumentScalar> Write)
    where T : struct;

/// <summary>The forms that several fields share.</summary>
internal static class ValueForms
{
    /// <summary>A whole number from 0.</summary>
    public static readonly ValueForm<long> Count = new(place => place.ReadInteger(0, PolicyBounds.CountMax), Write);

    /// <summary>A time limit.</summary>
    public static readonly ValueForm<TimeSpan> Limit = new(place => place.ReadDuration(PolicyBounds.Limit), Write);

    /// <summary>A downtime, within QEMU's bounds.</summary>
    public static readonly ValueForm<TimeSpan> Downtime = new(place => place.ReadDuration(PolicyBounds.Downtime), Write);

    /// <summary>0 to 100 %.</summary>
    public static readonly ValueForm<Percent> Percentage = new(place => place.ReadPercent(0, 100), Write);

    public static DocumentScalar Write(long number) => NodeBuilder.Plain(number.ToString(CultureInfo.InvariantCulture));

    public static DocumentScalar Write(TimeSpan duration) => NodeBuilder.Plain(Units.Format(duration));

    public static DocumentScalar Write(BytesPerSecond rate) => NodeBuilder.Plain(Units.Format(rate));

    public static DocumentScalar Write(Percent percent) => NodeBuilder.Plain(percent.ToString());
}
