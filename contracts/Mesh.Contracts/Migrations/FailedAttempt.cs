using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>A host on which an attempt failed, before another was tried.</summary>
/// <param name="Destination">The host.</param>
/// <param name="Failure">Why.</param>
/// <param name="Epoch">The attempt's epoch; null if the host was skipped because it was not eligible.</param>
/// <param name="At">When it failed, by the mesh's clock; null if unknown.</param>
/// <param name="Cause">Who is to blame; only the destination counts against the host.</param>
public sealed record FailedAttempt(
    HostName Destination, string Failure, Epoch? Epoch = null, DateTimeOffset? At = null, FailureCause Cause = FailureCause.Unknown);
