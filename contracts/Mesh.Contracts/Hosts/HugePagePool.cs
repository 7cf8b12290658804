using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>Huge pages that a host has reserved.</summary>
/// <param name="PageSize">The size of a page.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Free">How many are free.</param>
public sealed record HugePagePool(Bytes PageSize, long Total, long Free);
