using Mesh.Contracts.Values;
using Mesh.Migrations.Hosts;
using Mesh.Migrations.Intake;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>The consequences of a report.</summary>
/// <param name="IsAccepted">Whether it counts: it is the host's, and newer than the last one.</param>
/// <param name="EndsFence">Whether the host was fenced and is back.</param>
/// <param name="WasNeverOff">Whether the report is from the fenced agent process: the host was not off.</param>
/// <param name="IsFromOlderProcess">Whether an unresponsive or fenced host reports with an older agent epoch than the newest known; true once per process.</param>
/// <param name="Settled">VMs migrated outside the mesh whose hosts now agree.</param>
/// <param name="DuplicateVms">VMs that two hosts report as running.</param>
/// <param name="Identity">Who sent it.</param>
internal sealed record ReportResult(
    bool IsAccepted, bool EndsFence, bool WasNeverOff, bool IsFromOlderProcess, IReadOnlyList<SettledExternalMigration> Settled, IReadOnlyList<VmOnTwoHosts> DuplicateVms,
    IdentityResult Identity)
{
    public static readonly ReportResult Ignored = new(false, false, false, false, [], [], IdentityResult.Ignored);
}

/// <summary>A message that was refused.</summary>
/// <param name="IsFirst">Whether the one before it was valid.</param>
/// <param name="IsNews">Whether it shows a fault that the one before it did not.</param>
internal sealed record RefusedMessage(bool IsFirst, bool IsNews);

/// <summary>Whether a message counts by who sent it.</summary>
/// <param name="Verdict">The verdict.</param>
internal sealed record IdentityResult(IdentityVerdict Verdict)
{
    public static readonly IdentityResult Ignored = new(IdentityVerdict.Late);

    public bool IsAccepted => Verdict is IdentityVerdict.Accepted or IdentityVerdict.Replaced;

    /// <summary>Whether it is the first message of a conflict.</summary>
    public bool IsNewConflict { get; init; }

    /// <summary>The other agent.</summary>
    public RivalAgent? Rival { get; init; }

    /// <summary>What was known before.</summary>
    public HostIdentity Before { get; init; } = HostIdentity.Unknown;

    /// <summary>Entries that were dropped, if the message before had none.</summary>
    public IReadOnlyList<InvalidEntry> NewlyInvalid { get; init; } = [];
}

/// <summary>A VM that two hosts report as running.</summary>
internal sealed record VmOnTwoHosts(VmId Vm, string Name, HostName Host, HostName Other);
