using System.Globalization;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>Facts from the host's own files that libvirt does not report: bridges, mounts and device speeds. Accesses no network file system.</summary>
/// <param name="hostRoot">Where the host's files are found; <c>/</c> unless the agent runs in a container.</param>
internal sealed class HostFiles(string hostRoot)
{
    private const int LinksMax = 40;

    // Of process 1: the host's own view, even if the agent's process has another.
    private string Mountinfo => Path.Combine(hostRoot, "proc/1/mountinfo");

    private string Devices => Path.Combine(hostRoot, "sys/class/net");

    /// <summary>The mounted file systems; null if they cannot be read.</summary>
    public MountTable? Mounts() => Try(() => MountTable.Parse(File.ReadLines(Mountinfo)));

    /// <summary>The host's bridges, Open vSwitch's included; null if they cannot be read.</summary>
    public IReadOnlyList<string>? Bridges() => Try<IReadOnlyList<string>>(() =>
    {
        var hasOpenVSwitch = Directory.Exists(Path.Combine(Devices, "ovs-system"));
        return
        [
            .. Directory.EnumerateFileSystemEntries(Devices)
                .Where(device => Directory.Exists(Path.Combine(device, "bridge")) || (hasOpenVSwitch && MayBeOpenVSwitch(device)))
                .Select(device => Path.GetFileName(device))
                .Order(StringComparer.Ordinal),
        ];
    });

    /// <summary>The speed of a network device in each direction; null if it reports none, as when it is down.</summary>
    public BytesPerSecond? LinkSpeed(string device)
    {
        var text = Try(() => File.ReadAllText(Path.Combine(Devices, device, "speed")));
        return long.TryParse(text?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var megabits) && megabits > 0
            ? new BytesPerSecond(megabits * 1_000_000 / 8)
            : null;
    }

    /// <summary>
    /// Whether a file is on storage that no other host can reach; null if unknown, for example because the file does not exist. Follows the
    /// path and its symlinks step by step, and stops before it would access a server that may not respond.
    /// </summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <param name="mounts">The host's mounts.</param>
    /// <param name="isShared">Whether a directory is configured as shared.</param>
    public bool? IsLocal(string path, MountTable mounts, Func<string, bool> isShared)
    {
        var (at, ahead, links) = ("/", new Stack<string>(Steps(path).Reverse()), 0);
        while (ahead.TryPop(out var step))
        {
            var next = step == ".." ? Path.GetDirectoryName(at) ?? "/" : Path.Combine(at, step);
            if (isShared(next) || mounts.FindMount(next) is { IsShared: true })
                return false;
            if (mounts.FindMount(next) is not { IsShared: false })
                return null;
            if (LinkTarget(next) is not { } target)
            {
                if (!Path.Exists(OnHost(next)))
                    return null;
                at = next;
                continue;
            }

            if (++links > LinksMax)
                return null;
            at = Path.IsPathRooted(target) ? "/" : at;
            foreach (var further in Steps(target).Reverse())
                ahead.Push(further);
        }

        return mounts.FindMount(at) is { IsShared: false } ? true : null;
    }

    private string OnHost(string path) => Path.Combine(hostRoot, path.TrimStart('/'));

    private string? LinkTarget(string path) => Try(() => new FileInfo(OnHost(path)).LinkTarget);

    private static IEnumerable<string> Steps(string path) => path.Split('/').Where(step => step is not ("" or "."));

    /// <summary>Open vSwitch's bridges have no mark of their own: a candidate is neither hardware, nor a tap, nor a port of a bridge.</summary>
    private static bool MayBeOpenVSwitch(string device)
    {
        string[] signsOfOthers = ["device", "tun_flags", "brport", "master", "bonding", "wireless"];
        return Path.GetFileName(device) is not ("lo" or "ovs-system") && signsOfOthers.All(sign => !Path.Exists(Path.Combine(device, sign)));
    }

    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
