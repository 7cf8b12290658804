using Mesh.Contracts.Hosts;

namespace Mesh.Migrations.Hosts;

/// <summary>
/// Which agent process speaks for a host name, by the UUID of its host and the agent's epoch. A message counts only if it fits. A second agent
/// that is alive at the same time is a rival: nothing is concluded from what it sends, until one of the two has been silent for a while.
/// </summary>
public sealed record HostIdentity
{
    /// <summary>How long a process may go on reporting after a later one has begun: a message that was made later shows that both live.</summary>
    public static readonly TimeSpan OverlapMax = TimeSpan.FromSeconds(5);

    /// <summary>Nothing is known.</summary>
    public static readonly HostIdentity Unknown = new();

    /// <summary>The epoch of the process; 0 while none has reported.</summary>
    public long AgentEpoch { get; init; }

    /// <summary>The UUID of its host; empty while unknown.</summary>
    public string HostUuid { get; init; } = "";

    /// <summary>When the first accepted message of the process was made, by the host's clock; null if not since the mesh started.</summary>
    public DateTimeOffset? FirstMessageAt { get; init; }

    /// <summary>The other agent that reports under this name; null if there is none.</summary>
    public RivalAgent? Rival { get; init; }

    /// <summary>The process whose epoch is behind, while the newer one is silent; null if there is none.</summary>
    public RivalAgent? Stale { get; init; }

    /// <summary>What is known from a stored inventory.</summary>
    public static HostIdentity FromStored(HostInventory inventory)
    {
        ArgumentNullException.ThrowIfNull(inventory);
        return new() { AgentEpoch = inventory.AgentEpoch, HostUuid = inventory.Hypervisor.HostUuid };
    }

    /// <summary>Whether a rival has reported within a time.</summary>
    public bool HasRival(DateTimeOffset now, TimeSpan within) => Rival is { } rival && now - rival.LastAt < within;

    /// <summary>Judges a message, and returns what is known after it.</summary>
    /// <param name="speaker">Who sent it.</param>
    /// <param name="health">The host's health by what it has sent so far.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    public (HostIdentity Identity, IdentityVerdict Verdict) Judge(AgentSpeaker speaker, HostHealth health, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(speaker);
        var isSilent = health is HostHealth.Unresponsive or HostHealth.Fenced;
        if (AgentEpoch == 0)
            return (Follow(speaker), IdentityVerdict.Accepted);

        // A report need not say whose it is: an inventory of the same process has said it.
        if (speaker.HostUuid.Length == 0 && Rival is { } rival && rival.AgentEpoch == speaker.AgentEpoch)
            speaker = speaker with { HostUuid = rival.HostUuid };
        if (speaker.AgentEpoch < AgentEpoch)
            return JudgeOlder(speaker, health, isSilent, now);
        if (IsOtherHost(speaker))
            return isSilent ? (Follow(speaker) with { Rival = null }, IdentityVerdict.Replaced) : Refuse(speaker, now);

        // A new process of the same host follows the old one at once.
        return speaker.AgentEpoch == AgentEpoch || HostUuid.Length == 0 || speaker.HostUuid.Length > 0 || isSilent
            ? (Follow(speaker), IdentityVerdict.Accepted)
            : (this, IdentityVerdict.Unidentified);
    }

    private (HostIdentity, IdentityVerdict) JudgeOlder(AgentSpeaker speaker, HostHealth health, bool isSilent, DateTimeOffset now)
    {
        if (isSilent)
            return (this with { Stale = Continue(Stale, speaker, now) }, IdentityVerdict.Stale);

        // A process of the same host that has ended may still be heard, late.
        var isAlive = IsOtherHost(speaker) || (health is HostHealth.Healthy && FirstMessageAt is { } first && speaker.At > first + OverlapMax);
        return isAlive ? Refuse(speaker, now) : (this, IdentityVerdict.Late);
    }

    private bool IsOtherHost(AgentSpeaker speaker) =>
        HostUuid.Length > 0 && speaker.HostUuid.Length > 0 && !string.Equals(HostUuid, speaker.HostUuid, StringComparison.OrdinalIgnoreCase);

    private HostIdentity Follow(AgentSpeaker speaker) => speaker.AgentEpoch == AgentEpoch
        ? this with { HostUuid = speaker.HostUuid.Length > 0 ? speaker.HostUuid : HostUuid, FirstMessageAt = FirstMessageAt ?? speaker.At, Stale = null }
        : this with { AgentEpoch = speaker.AgentEpoch, HostUuid = speaker.HostUuid, FirstMessageAt = speaker.At, Stale = null };

    private (HostIdentity, IdentityVerdict) Refuse(AgentSpeaker speaker, DateTimeOffset now) =>
        (this with { Rival = Continue(Rival, speaker, now) }, IdentityVerdict.Conflict);

    private static RivalAgent Continue(RivalAgent? known, AgentSpeaker speaker, DateTimeOffset now) => known?.AgentEpoch == speaker.AgentEpoch
        ? known with { LastAt = now, HostUuid = speaker.HostUuid.Length > 0 ? speaker.HostUuid : known.HostUuid }
        : new(speaker.AgentEpoch, speaker.HostUuid, now, now);
}

/// <summary>Who sent a message.</summary>
/// <param name="AgentEpoch">The epoch of the agent process.</param>
/// <param name="HostUuid">The UUID of its host; empty if the message does not say it.</param>
/// <param name="At">When the message was made, by the host's clock.</param>
public sealed record AgentSpeaker(long AgentEpoch, string HostUuid, DateTimeOffset At)
{
    /// <summary>The sender of a report.</summary>
    public static AgentSpeaker Of(HostReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new(report.AgentEpoch, report.HostUuid ?? "", report.At);
    }

    /// <summary>The sender of an inventory.</summary>
    public static AgentSpeaker Of(HostInventory inventory)
    {
        ArgumentNullException.ThrowIfNull(inventory);
        return new(inventory.AgentEpoch, inventory.Hypervisor.HostUuid, inventory.At);
    }
}

/// <summary>An agent process that does not fit what is known of its host.</summary>
/// <param name="AgentEpoch">Its epoch.</param>
/// <param name="HostUuid">The UUID of its host; empty while unknown.</param>
/// <param name="Since">When it was first heard, by the mesh's clock.</param>
/// <param name="LastAt">When it was last heard.</param>
public sealed record RivalAgent(long AgentEpoch, string HostUuid, DateTimeOffset Since, DateTimeOffset LastAt);

/// <summary>Whether a message counts.</summary>
public enum IdentityVerdict
{
    /// <summary>It counts.</summary>
    Accepted,

    /// <summary>It counts, and its host has another UUID than the one that had been silent.</summary>
    Replaced,

    /// <summary>It may be from another host; its inventory will say.</summary>
    Unidentified,

    /// <summary>It is from an earlier process, late.</summary>
    Late,

    /// <summary>It is from a process whose epoch is behind, and no other one is heard.</summary>
    Stale,

    /// <summary>It is from a second agent of the same name.</summary>
    Conflict,
}
