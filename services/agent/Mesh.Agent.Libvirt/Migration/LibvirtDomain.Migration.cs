namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtDomain
{
    private const uint StatsOfCompleted = 1;
    private const uint KeepCompleted = 2;
    private const uint AbortPostCopy = 1;
    private const uint SpeedOfPostCopy = 1;

    /// <summary>
    /// Migrates the domain and returns when the migration has ended (<c>virDomainMigrateToURI3</c>). Blocks for as long as that
    /// takes; <see cref="LibvirtCallRunner.MigrateAsync"/> does it on its own thread.
    /// </summary>
    /// <param name="destinationUri">The destination daemon as the source daemon reaches it, with
    /// <see cref="MigrateFlags.PeerToPeer"/>.</param>
    /// <param name="parameters">How, and what of it.</param>
    /// <param name="flags">How.</param>
    /// <exception cref="LibvirtException">It failed or was aborted (<see cref="LibvirtErrorCode.OperationAborted"/>); the domain
    /// runs on at the source, unless it had switched to post-copy.</exception>
    public void MigrateToUri3(string? destinationUri, MigrateParameters parameters, MigrateFlags flags)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var native = new TypedParameterArray(parameters.ToTypedParameters());
        var result = Native.virDomainMigrateToURI3(_handle, destinationUri, native.Pointer, (uint)native.Count, (uint)flags);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainMigrateToURI3));
    }

    /// <summary>
    /// The statistics of the job that runs now, with <see cref="DomainJobType.None"/> when none does
    /// (<c>virDomainGetJobStats</c>). Can block for several seconds during the last round of a migration.
    /// </summary>
    public DomainJobStats GetJobStats() => ReadJobStats(0);

    /// <summary>
    /// The statistics of the job that completed last, with <see cref="DomainJobType.None"/> when there is none
    /// (<c>virDomainGetJobStats</c> with <c>VIR_DOMAIN_JOB_STATS_COMPLETED</c>).
    /// </summary>
    /// <param name="keep">Leave them for the next reader; otherwise libvirt drops them once read.</param>
    /// <remarks>After an outgoing migration a transient domain no longer exists on the source: query the destination.</remarks>
    public DomainJobStats GetCompletedJobStats(bool keep = true) => ReadJobStats(StatsOfCompleted | (keep ? KeepCompleted : 0));

    /// <summary>Aborts the job that runs now (<c>virDomainAbortJob</c>). Refused once a migration is in post-copy.</summary>
    public void AbortJob() => LibvirtException.ThrowIfFailed(Native.virDomainAbortJob(_handle), nameof(Native.virDomainAbortJob));

    /// <summary>
    /// Pauses a migration in post-copy, so that it can be resumed (<c>virDomainAbortJobFlags</c> with
    /// <c>VIR_DOMAIN_ABORT_JOB_POSTCOPY</c>, libvirt 8.5 or newer). Refused before post-copy.
    /// </summary>
    /// <exception cref="LibvirtException">With <see cref="LibvirtErrorCode.NoSupport"/> when the client library is too
    /// old.</exception>
    public void AbortPostCopyJob()
    {
        const string Call = nameof(Native.virDomainAbortJobFlags);
        try
        {
            LibvirtException.ThrowIfFailed(Native.virDomainAbortJobFlags(_handle, AbortPostCopy), Call);
        }
        catch (EntryPointNotFoundException)
        {
            const string TooOld = "the libvirt client library is older than 8.5.0 and does not have this function";
            const int Code = (int)LibvirtErrorCode.NoSupport;
            throw new LibvirtException(
                Call, new LibvirtError(Code, (int)LibvirtErrorDomain.None, (int)LibvirtErrorLevel.Error, TooOld));
        }
    }

    /// <summary>
    /// Switches a migration that was started with <see cref="MigrateFlags.PostCopy"/> to post-copy
    /// (<c>virDomainMigrateStartPostCopy</c>). Once it has switched there is no way back.
    /// </summary>
    /// <remarks>
    /// It returns before the switch. Until <see cref="DomainLifecycleDetail.SuspendedPostCopy"/> is delivered on this side the status
    /// is that of pre-copy, and <see cref="AbortJob"/> still cancels the migration.
    /// </remarks>
    public void StartPostCopy()
    {
        var result = Native.virDomainMigrateStartPostCopy(_handle, 0);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainMigrateStartPostCopy));
    }

    /// <summary>The longest pause that a migration may cause (<c>virDomainMigrateGetMaxDowntime</c>).</summary>
    public TimeSpan GetMaxDowntime()
    {
        var result = Native.virDomainMigrateGetMaxDowntime(_handle, out var milliseconds, 0);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainMigrateGetMaxDowntime));
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>
    /// Sets the longest pause that a migration may cause (<c>virDomainMigrateSetMaxDowntime</c>); during a migration too.
    /// </summary>
    /// <param name="maxDowntime">At least a millisecond; libvirt refuses 0, QEMU more than 2000 s.</param>
    public void SetMaxDowntime(TimeSpan maxDowntime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDowntime, TimeSpan.FromMilliseconds(1));
        var result = Native.virDomainMigrateSetMaxDowntime(_handle, (ulong)maxDowntime.TotalMilliseconds, 0);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainMigrateSetMaxDowntime));
    }

    /// <summary>The bandwidth that a migration may use (<c>virDomainMigrateGetMaxSpeed</c>).</summary>
    /// <param name="postCopy">That of the post-copy phase (<c>VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY</c>).</param>
    /// <returns>In MiB/s. No limit is 8,796,093,022,207 for pre-copy and 0 for post-copy.</returns>
    public long GetMaxSpeedMebibytesPerSecond(bool postCopy = false)
    {
        var result = Native.virDomainMigrateGetMaxSpeed(_handle, out var mebibytesPerSecond, postCopy ? SpeedOfPostCopy : 0);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainMigrateGetMaxSpeed));
        return SizeConversion.FromBytes(mebibytesPerSecond);
    }

    /// <summary>
    /// Sets the bandwidth that a migration may use (<c>virDomainMigrateSetMaxSpeed</c>); during a migration too. QEMU ignores it
    /// in the last round, while the guest is paused.
    /// </summary>
    /// <param name="mebibytesPerSecond">In MiB/s.</param>
    /// <param name="postCopy">That of the post-copy phase (<c>VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY</c>).</param>
    public void SetMaxSpeed(long mebibytesPerSecond, bool postCopy = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mebibytesPerSecond);
        var result = Native.virDomainMigrateSetMaxSpeed(_handle, (nuint)mebibytesPerSecond, postCopy ? SpeedOfPostCopy : 0);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainMigrateSetMaxSpeed));
    }

    private DomainJobStats ReadJobStats(uint flags)
    {
        var result = Native.virDomainGetJobStats(_handle, out var type, out var parameters, out var count, flags);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainGetJobStats));
        return DomainJobStats.From((DomainJobType)type, TypedParameterArray.TakeOwned(parameters, count));
    }
}
