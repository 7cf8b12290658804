using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>
/// Finds the control groups that libvirt has made for the virtual processors of a machine, by what libvirt and the kernel have written
/// down on the host: libvirt names the machine's process, the kernel that process' groups and where they are mounted.
/// </summary>
/// <param name="hostRoot">Where the host's files are found; <c>/</c> unless the agent runs in a container.</param>
/// <param name="mounts">The mounts that this process sees.</param>
internal sealed class VcpuCgroupFinder(string hostRoot, string mounts = "/proc/self/mountinfo")
{
    private const string Controller = "cpu";

    /// <summary>The groups of a running machine; there is at least one.</summary>
    /// <exception cref="HypervisorException"><see cref="HypervisorErrorCode.Unsupported"/>, with the reason why there are none.</exception>
    public IReadOnlyList<VcpuCgroup> Find(VmId vm, string name)
    {
        try
        {
            var machine = FindVmCgroup(FindProcess(vm, name));
            IReadOnlyList<VcpuCgroup> groups =
                [.. Directory.EnumerateDirectories(machine, "vcpu*").Order(StringComparer.Ordinal).Select(VcpuCgroup.TryOpen).OfType<VcpuCgroup>()];
            return groups.Count > 0 ? groups : throw Unsupported(vm, $"{machine} has no groups of virtual processors with a quota: libvirt does not use the controller '{Controller}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unsupported(vm, e.Message);
        }
    }

    /// <summary>The directory of the machine's process; certain to be its own, because the command line bears its identity.</summary>
    private string FindProcess(VmId vm, string name)
    {
        var pid = File.ReadAllText(Path.Combine(hostRoot, "run/libvirt/qemu", $"{name}.pid")).Trim();
        var process = Path.Combine(hostRoot, "proc", pid);
        return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0').Contains($"{vm}", StringComparer.OrdinalIgnoreCase)
            ? process
            : throw Unsupported(vm, $"process {pid} is not that of {name}");
    }

    /// <summary>libvirt puts a machine's process into a group of its own beside those of its virtual processors.</summary>
    private string FindVmCgroup(string process)
    {
        var groups = File.ReadLines(Path.Combine(process, "cgroup")).Select(line => line.Split(':', 3)).Where(fields => fields.Length == 3).ToList();
        var first = groups.FirstOrDefault(fields => fields[1].Split(',').Contains(Controller, StringComparer.Ordinal));
        var group = first ?? groups.FirstOrDefault(fields => fields[1].Length == 0) ?? throw new IOException($"{process}/cgroup names no group of the controller '{Controller}'");
        var machine = Path.GetDirectoryName(group[2]) ?? "/";
        return FindMountPoints(isVersion2: first is null).Select(mount => MapToMount(mount, machine)).FirstOrDefault(Directory.Exists)
            ?? throw new IOException($"the group {machine} of the controller '{Controller}' is mounted nowhere here");
    }

    /// <summary>Where the hierarchy is mounted, and which part of it; a later mount hides an earlier one.</summary>
    private IEnumerable<(string Root, string At)> FindMountPoints(bool isVersion2)
    {
        foreach (var fields in File.ReadLines(mounts).Reverse().Select(line => line.Split(' ')))
        {
            var dash = Array.IndexOf(fields, "-");
            if (dash < 5 || fields.Length < dash + 4)
                continue;
            var isWanted = isVersion2 ? fields[dash + 1] == "cgroup2" : fields[dash + 1] == "cgroup" && fields[dash + 3].Split(',').Contains(Controller, StringComparer.Ordinal);
            if (isWanted)
                yield return (fields[3], fields[4]);
        }
    }

    private static string MapToMount((string Root, string At) mount, string group) =>
        mount.At + (mount.Root.Length > 1 && $"{group}/".StartsWith($"{mount.Root}/", StringComparison.Ordinal) ? group[mount.Root.Length..] : group);

    private static HypervisorException Unsupported(VmId vm, string why) =>
        new(HypervisorErrorCode.Unsupported, vm, $"the machine's virtual processors have no control group that this agent can reach: {why}");
}
