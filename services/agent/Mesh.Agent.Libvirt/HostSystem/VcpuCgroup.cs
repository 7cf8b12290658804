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
/// Finds the control groups that libvirt created for the vCPUs of a VM: the VM's process is the one of libvirt's pid files whose command
/// line has the VM's UUID, and the kernel names that process's groups and where they are mounted.
/// </summary>
/// <param name="hostRoot">Where the host's files are found; <c>/</c> unless the agent runs in a container.</param>
/// <param name="mounts">The mounts that this process sees.</param>
internal sealed class VcpuCgroupFinder(string hostRoot, string mounts = "/proc/self/mountinfo")
{
    private const string Controller = "cpu";
    private const string UuidArgument = "-uuid";

    private volatile Dictionary<VmId, string> _processes = [];

    private string PidFiles => Path.Combine(hostRoot, "run/libvirt/qemu");

    /// <summary>The groups of a running VM; at least one.</summary>
    /// <exception cref="HypervisorException"><see cref="HypervisorErrorCode.Unsupported"/>, with the reason.</exception>
    public IReadOnlyList<VcpuCgroup> Find(VmId vm)
    {
        try
        {
            var vmGroup = FindVmCgroup(FindProcess(vm));
            IReadOnlyList<VcpuCgroup> groups =
                [.. Directory.EnumerateDirectories(vmGroup, "vcpu*").Order(StringComparer.Ordinal).Select(VcpuCgroup.TryOpen).OfType<VcpuCgroup>()];
            return groups.Count > 0 ? groups : throw Unsupported(vm, $"{vmGroup} has no vCPU groups with a quota: libvirt does not use the controller '{Controller}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unsupported(vm, e.Message);
        }
    }

    /// <summary>The directory of the VM's process. A pid may have been reused, so its command line is read each time.</summary>
    private string FindProcess(VmId vm)
    {
        if (_processes.TryGetValue(vm, out var known) && ReadVmId(known) == vm)
            return known;
        var processes = FindProcesses();
        _processes = processes;
        return processes.TryGetValue(vm, out var found) ? found : throw Unsupported(vm, $"no pid file in {PidFiles} leads to its process");
    }

    /// <summary>The processes of all VMs, by the content of their pid files: the files are named after the VMs, which may be called anything.</summary>
    private Dictionary<VmId, string> FindProcesses()
    {
        var processes = new Dictionary<VmId, string>();
        foreach (var pidFile in Directory.EnumerateFiles(PidFiles, "*.pid"))
            if (ReadProcess(pidFile) is { } process && ReadVmId(process) is { } vm)
                processes[vm] = process;
        return processes;
    }

    private string? ReadProcess(string pidFile)
    {
        try
        {
            return int.TryParse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture, out var pid) && pid > 0
                ? Path.Combine(hostRoot, "proc", pid.ToString(CultureInfo.InvariantCulture))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its VM has just stopped.
            return null;
        }
    }

    /// <summary>The VM that a process runs, by its command line; null if it runs none, or has ended.</summary>
    private static VmId? ReadVmId(string process)
    {
        try
        {
            var arguments = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            var at = Array.IndexOf(arguments, UuidArgument);
            return at >= 0 && at + 1 < arguments.Length && Guid.TryParse(arguments[at + 1], out var uuid) ? new VmId(uuid) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
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
