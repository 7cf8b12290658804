using System.Text;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>A mounted file system.</summary>
/// <param name="Root">The directory of the file system that is mounted, <c>/</c> for all of it.</param>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Type">Such as <c>ext4</c> or <c>nfs4</c>.</param>
/// <param name="Source">What is mounted, such as <c>nas:/vms</c>.</param>
/// <param name="SuperOptions">The file system's own options; for control groups, their controllers.</param>
internal sealed record Mount(string Root, string MountPoint, string Type, string Source, IReadOnlyList<string> SuperOptions)
{
    // The kernel's names; file systems in user space have the prefix "fuse.".
    private static readonly string[] SharedTypes =
        ["nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.ceph", "glusterfs", "fuse.glusterfs", "gfs2", "ocfs2", "lustre", "gpfs", "beegfs"];

    private static readonly string[] LocalTypes =
    [
        "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs", "nilfs2", "overlay", "tmpfs", "ramfs", "rootfs",
        "squashfs", "erofs", "vfat", "exfat", "iso9660", "udf",
    ];

    /// <summary>Whether other hosts may reach the same data; null if the type does not show it.</summary>
    public bool? IsShared => SharedTypes.Contains(Type, StringComparer.Ordinal) ? true : LocalTypes.Contains(Type, StringComparer.Ordinal) ? false : null;
}

/// <summary>A host's mounted file systems, from the kernel's <c>mountinfo</c>.</summary>
/// <param name="mounts">The mounts in the order of the file: a later one hides earlier ones at or below its mount point.</param>
internal sealed class MountTable(IReadOnlyList<Mount> mounts)
{
    /// <summary>The mounts, later ones first.</summary>
    public IEnumerable<Mount> LatestFirst => mounts.Reverse();

    /// <summary>File systems that other hosts may reach, too.</summary>
    public IEnumerable<Mount> Shared => mounts.Where(mount => mount.IsShared is true);

    /// <summary>Parses the lines of <c>mountinfo</c>; invalid ones are ignored.</summary>
    public static MountTable Parse(IEnumerable<string> lines) => new([.. lines.Select(ParseLine).OfType<Mount>()]);

    /// <summary>The file system that contains a path without symlinks; null if unknown.</summary>
    public Mount? FindMount(string path) => LatestFirst.Where(mount => IsAtOrBelow(path, mount.MountPoint)).MaxBy(mount => mount.MountPoint.Length);

    /// <summary>Whether a path is a directory, or something in it or below.</summary>
    public static bool IsAtOrBelow(string path, string directory) =>
        directory == "/" || path == directory || path.StartsWith($"{directory.TrimEnd('/')}/", StringComparison.Ordinal);

    // 36 35 98:0 /root /mnt rw,noatime shared:1 - ext3 /dev/root rw; any number of optional fields precedes the dash.
    private static Mount? ParseLine(string line)
    {
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-");
        return dash < 6 || fields.Length < dash + 3 ? null : new Mount(
            Unescape(fields[3]), Unescape(fields[4]), fields[dash + 1], Unescape(fields[dash + 2]), fields.Length > dash + 3 ? fields[dash + 3].Split(',') : []);
    }

    /// <summary>The kernel writes spaces and the like as a backslash and three octal digits.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;
        var bytes = new List<byte>();
        var raw = Encoding.UTF8.GetBytes(field);
        for (var i = 0; i < raw.Length; i++)
        {
            var isEscape = raw[i] == '\\' && i + 3 < raw.Length && raw.AsSpan(i + 1, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'7') < 0;
            bytes.Add(isEscape ? (byte)(((raw[i + 1] - '0') << 6) | ((raw[i + 2] - '0') << 3) | (raw[i + 3] - '0')) : raw[i]);
            i += isEscape ? 3 : 0;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
