using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Telemetry;

/// <summary>How far a copy has come.</summary>
/// <param name="Total">What there is to copy; for memory its size.</param>
/// <param name="Remaining">What is still to go; grows again when the machine writes.</param>
/// <param name="Transferred">What went over the wire so far, repeats included.</param>
public sealed record TransferProgress(Bytes Total, Bytes Remaining, Bytes Transferred)
{
    /// <summary>Nothing to copy.</summary>
    public static readonly TransferProgress None = new(Bytes.Zero, Bytes.Zero, Bytes.Zero);

    /// <summary>The two copies as one.</summary>
    public static TransferProgress operator +(TransferProgress left, TransferProgress right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new(left.Total + right.Total, left.Remaining + right.Remaining, left.Transferred + right.Transferred);
    }

    /// <summary>The part that is done, 0 to 1; 0 when there is nothing to copy yet.</summary>
    [JsonIgnore]
    public double Fraction => Total.Count <= 0 ? 0 : Math.Clamp(1 - (double)Remaining.Count / Total.Count, 0, 1);
}
