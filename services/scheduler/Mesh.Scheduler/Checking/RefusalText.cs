using System.Text;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Checking;

/// <summary>How machines are spoken of.</summary>
internal static class RefusalText
{
    /// <summary>A machine's status.</summary>
    public static string Describe(VmStatus status) => status switch
    {
        VmStatus.Up => "running",
        VmStatus.Down => "not running",
        VmStatus.Paused => "paused",
        VmStatus.MigratingFrom => "migrating away",
        VmStatus.MigratingTo => "arriving",
        VmStatus.PostCopyFailed => "paused by a failed post-copy",
        _ => status.ToString(),
    };

    /// <summary>What holds a machine, as a reason.</summary>
    public static string Describe(VmLock held) => held switch
    {
        VmLock.Snapshot => "a snapshot of it is taken",
        VmLock.Backup => "a backup of it runs",
        VmLock.Save => "it is saved or dumped to a file",
        VmLock.BlockJob => "a disk of it is copied, committed or rebased",
        _ => held.ToString(),
    };

    /// <summary>A few of many, such as <c>a, b, c and 7 more</c>.</summary>
    public static string Summarize<T>(IEnumerable<T> all, Func<T, string> name)
    {
        const int shown = 3;
        var text = new StringBuilder();
        var count = 0;
        foreach (var one in all)
            if (count++ < shown)
                text.Append(count > 1 ? ", " : "").Append(name(one));
        return count > shown ? $"{text} and {count - shown} more" : text.ToString();
    }

    /// <summary>A machine's disks by name.</summary>
    public static string Describe(IReadOnlyList<VmDisk> disks) => disks.Count == 0 ? "none" : string.Join(", ", disks.Select(disk => disk.Target));
}
