using System.Globalization;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>What a host's own files tell that libvirt does not: its bridges, mounts and the speed of its devices. Touches no network file system.</summary>
/// <param name="hostRoot">Where the host's files are found; <c>/</c> unless the agent runs in a container.</param>
internal sealed class HostFiles(string hostRoot)
{
    private const int LinksMax = 40;

    // Of the first process: the host's own view, whatever is hidden from the agent's process.
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

    /// <summary>The speed of a network device in each direction; null if it tells none, as when it is down.</summary>
    public BytesPerSecond? LinkSpeed(string device)
    {
        var text = Try(() => File.ReadAllText(Path.Combine(Devices, device, "speed")));
        return long.TryParse(text?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var megabits) && megabits > 0
            ? new BytesPerSecond(megabits * 1_000_000 / 8)
            : null;
    }

    /// <summary>
    /// Whether a file is on storage that no other host reaches; null if that cannot be told, as where there is no such file. Goes down
    /// the path step by step, links included, and stops before it would ask a server that may not answer.
    /// </summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <param name="mounts">The host's mounts.</param>
    /// <param name="isShared">Whether a directory is known to be shared.</param>
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
            foreach (var additionalFlags in Steps(target).Reverse())
                ahead.Push(additionalFlags);
        }

        return mounts.FindMount(at) is { IsShared: false } ? true : null;
    }

    private string OnHost(string path) => Path.Combine(hostRoot, path.TrimStart('/'));

    private string? LinkTarget(string path) => Try(() => new FileInfo(OnHost(path)).LinkTarget);

    private static IEnumerable<string> Steps(string path) => path.Split('/').Where(step => step is not ("" or "."));

    /// <summary>Its bridges are devices of their own kind that bear no sign of it: neither hardware, nor a tap, nor a port of a bridge.</summary>
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
