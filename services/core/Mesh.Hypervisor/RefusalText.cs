using System.Text;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>Texts that refusals have in common.</summary>
public static class RefusalText
{
    /// <summary>A VM's status.</summary>
    public static string Describe(VmStatus status) => status switch
    {
        VmStatus.Up => "running",
        VmStatus.Down => "not running",
        VmStatus.Paused => "paused",
        VmStatus.MigratingFrom => "migrating away",
        VmStatus.MigratingTo => "incoming",
        VmStatus.PostCopyFailed => "paused by a failed post-copy",
        _ => status.ToString(),
    };

    /// <summary>What holds a VM's lock.</summary>
    public static string Describe(VmLock held) => held switch
    {
        VmLock.Snapshot => "a snapshot is being taken",
        VmLock.Backup => "a backup is running",
        VmLock.Save => "it is being saved or dumped to a file",
        VmLock.BlockJob => "a disk is being copied, committed or rebased",
        _ => held.ToString(),
    };

    /// <summary>A VM's disks by target.</summary>
    public static string Describe(IReadOnlyList<VmDisk> disks) => disks.Count == 0 ? "none" : string.Join(", ", disks.Select(disk => disk.Target));

    /// <summary>A few of many, such as <c>a, b, c and 7 more</c>.</summary>
    public static string Summarize<T>(IEnumerable<T> all, Func<T, string> name)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(name);
        const int shown = 3;
        var text = new StringBuilder();
        var count = 0;
        foreach (var one in all)
            if (count++ < shown)
                text.Append(count > 1 ? ", " : "").Append(name(one));
        return count > shown ? $"{text} and {count - shown} more" : text.ToString();
    }

    /// <summary>A VM cannot be migrated to the host where it is.</summary>
    public static Refusal SameHost(LocatedVm located)
    {
        ArgumentNullException.ThrowIfNull(located);
        return new(RefusalCode.SameHost, $"{located.Vm.Name} is already on {located.Host}");
    }

    /// <summary>A destination's URI leads the source back to itself.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="source">The source.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="address">The address that the URI resolves to on the source; null if not resolved.</param>
    public static Refusal Loopback(string uri, HostName source, HostName destination, string? address = null) => new(
        RefusalCode.LoopbackAddress,
        $"on {source}, {uri} resolves to {source} itself{(address is null ? "" : $" ({address})")}; "
        + $"start the agent of {destination} with a --migration-target that other hosts can reach");
}
