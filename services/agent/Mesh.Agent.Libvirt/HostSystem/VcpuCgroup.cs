using System.Globalization;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>How much CPU time a vCPU may use in each period, both in microseconds.</summary>
/// <param name="Microseconds">The time; <see cref="Unlimited"/> for all of it.</param>
/// <param name="PeriodMicroseconds">The period; 100 ms by default.</param>
internal sealed record CgroupCpuQuota(long Microseconds, long PeriodMicroseconds)
{
    public const long Unlimited = -1;
}

/// <summary>The kernel's control group of one vCPU; cgroups version 1 or 2.</summary>
internal sealed class VcpuCgroup
{
    private const string NoLimit = "max";

    private readonly string _path;
    private readonly bool _isVersion2;

    private VcpuCgroup(string path, bool isVersion2) => (_path, _isVersion2) = (path, isVersion2);

    private string Version2File => Path.Combine(_path, "cpu.max");

    private string QuotaFile => Path.Combine(_path, "cpu.cfs_quota_us");

    private string PeriodFile => Path.Combine(_path, "cpu.cfs_period_us");

    /// <summary>The group in a directory; null if it has no CPU quota.</summary>
    public static VcpuCgroup? TryOpen(string path)
    {
        var (first, second) = (new VcpuCgroup(path, isVersion2: false), new VcpuCgroup(path, isVersion2: true));
        if (File.Exists(second.Version2File))
            return second;
        return File.Exists(first.QuotaFile) ? first : null;
    }

    /// <exception cref="IOException">The group is gone.</exception>
    public CgroupCpuQuota Read()
    {
        if (!_isVersion2)
            return new CgroupCpuQuota(ParseNumber(File.ReadAllText(QuotaFile)), ParseNumber(File.ReadAllText(PeriodFile)));
        var words = File.ReadAllText(Version2File).Split(' ', StringSplitOptions.TrimEntries);
        return new CgroupCpuQuota(words[0] == NoLimit ? CgroupCpuQuota.Unlimited : ParseNumber(words[0]), ParseNumber(words[1]));
    }

    /// <summary>Changes the quota; the period is unchanged.</summary>
    /// <exception cref="IOException">The group is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">The process lacks permission.</exception>
    public void Write(long microseconds)
    {
        var number = microseconds.ToString(CultureInfo.InvariantCulture);
        if (_isVersion2)
            File.WriteAllText(Version2File, microseconds < 0 ? NoLimit : number);
        else
            File.WriteAllText(QuotaFile, number);
    }

    private static long ParseNumber(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>
/// Finds the control groups that libvirt created for the vCPUs of a VM: libvirt's pid file names the VM's process, and the kernel that
/// process's groups and where they are mounted.
/// </summary>
/// <param name="hostRoot">Where the host's files are found; <c>/</c> unless the agent runs in a container.</param>
/// <param name="mounts">The mounts that this process sees.</param>
internal sealed class VcpuCgroupFinder(string hostRoot, string mounts = "/proc/self/mountinfo")
{
    private const string Controller = "cpu";

    /// <summary>The groups of a running VM; at least one.</summary>
    /// <exception cref="HypervisorException"><see cref="HypervisorErrorCode.Unsupported"/>, with the reason.</exception>
    public IReadOnlyList<VcpuCgroup> Find(VmId vm, string name)
    {
        try
        {
            var vmGroup = FindVmCgroup(FindProcess(vm, name));
            IReadOnlyList<VcpuCgroup> groups =
                [.. Directory.EnumerateDirectories(vmGroup, "vcpu*").Order(StringComparer.Ordinal).Select(VcpuCgroup.TryOpen).OfType<VcpuCgroup>()];
            return groups.Count > 0 ? groups : throw Unsupported(vm, $"{vmGroup} has no vCPU groups with a quota: libvirt does not use the controller '{Controller}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unsupported(vm, e.Message);
        }
    }

    /// <summary>The directory of the VM's process. Its command line is checked for the VM's UUID, because the pid may have been reused.</summary>
    private string FindProcess(VmId vm, string name)
    {
        var pid = File.ReadAllText(Path.Combine(hostRoot, "run/libvirt/qemu", $"{name}.pid")).Trim();
        var process = Path.Combine(hostRoot, "proc", pid);
        return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0').Contains($"{vm}", StringComparer.OrdinalIgnoreCase)
            ? process
            : throw Unsupported(vm, $"process {pid} does not belong to {name}");
    }

    /// <summary>libvirt puts a VM's process into a group beside those of its vCPUs.</summary>
    private string FindVmCgroup(string process)
    {
        var groups = File.ReadLines(Path.Combine(process, "cgroup")).Select(line => line.Split(':', 3)).Where(fields => fields.Length == 3).ToList();
        var first = groups.FirstOrDefault(fields => fields[1].Split(',').Contains(Controller, StringComparer.Ordinal));
        var group = first ?? groups.FirstOrDefault(fields => fields[1].Length == 0) ?? throw new IOException($"{process}/cgroup lists no group of the controller '{Controller}'");
        var parent = Path.GetDirectoryName(group[2]) ?? "/";
        return FindMounts(isVersion2: first is null).Select(mount => MapToMount(mount, parent)).FirstOrDefault(Directory.Exists)
            ?? throw new IOException($"the group {parent} of the controller '{Controller}' is not mounted here");
    }

    /// <summary>The mounts of the hierarchy, later ones first, because a later mount hides an earlier one.</summary>
    private IEnumerable<Mount> FindMounts(bool isVersion2) => MountTable.Parse(File.ReadLines(mounts)).LatestFirst
        .Where(mount => isVersion2 ? mount.Type == "cgroup2" : mount.Type == "cgroup" && mount.SuperOptions.Contains(Controller, StringComparer.Ordinal));

    private static string MapToMount(Mount mount, string group) =>
        mount.MountPoint + (mount.Root.Length > 1 && $"{group}/".StartsWith($"{mount.Root}/", StringComparison.Ordinal) ? group[mount.Root.Length..] : group);

    private static HypervisorException Unsupported(VmId vm, string why) =>
        new(HypervisorErrorCode.Unsupported, vm, $"the agent cannot access the control groups of the VM's vCPUs: {why}");
}
