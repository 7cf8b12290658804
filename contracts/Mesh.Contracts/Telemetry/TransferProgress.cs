using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Telemetry;

/// <summary>The progress of a copy.</summary>
/// <param name="Total">What is to be copied; for memory, its size.</param>
/// <param name="Remaining">What is still to be copied; grows again when the guest writes.</param>
/// <param name="Transferred">Bytes sent so far, retransmissions included.</param>
public sealed record TransferProgress(Bytes Total, Bytes Remaining, Bytes Transferred)
{
    /// <summary>Nothing to copy.</summary>
    public static readonly TransferProgress None = new(Bytes.Zero, Bytes.Zero, Bytes.Zero);

    /// <summary>The sum of two copies.</summary>
    public static TransferProgress operator +(TransferProgress left, TransferProgress right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new(left.Total + right.Total, left.Remaining + right.Remaining, left.Transferred + right.Transferred);
    }

    /// <summary>The part that has been copied, 0 to 1; 0 when there is nothing to copy yet.</summary>
    [JsonIgnore]
    public double Fraction => Total.Count <= 0 ? 0 : Math.Clamp(1 - (double)Remaining.Count / Total.Count, 0, 1);
}
