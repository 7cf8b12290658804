using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Adapter;

/// <summary>Uses copies of the files that libvirt and the kernel write on a host; Mesh.Agent.Libvirt.Tests tests real ones.</summary>
public sealed class VcpuThrottleTests : IDisposable
{
    private static readonly VmId One = VmId.Parse("7441174d-9c4e-4464-acfc-cd2fcbc89da2");
    private readonly string _root = Directory.CreateTempSubdirectory("mesh-host-").FullName;

    [Theory]
    [InlineData(1, 40, 60_000)]
    [InlineData(1, 99, 1_000)]
    [InlineData(2, 40, 60_000)]
    public void Each_vcpu_is_throttled_and_restored(int version, int percent, long expected)
    {
        var throttle = Host(version, vcpus: 2);

        throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(percent));
        Quotas(version).ShouldBe([expected, expected]);
        throttle.GetCurrent(One, CgroupCpuQuota.Unlimited).ShouldBe(new Percent(percent));

        throttle.Lift(One, CgroupCpuQuota.Unlimited);
        Quotas(version).ShouldBe([CgroupCpuQuota.Unlimited, CgroupCpuQuota.Unlimited]);
        throttle.GetCurrent(One, CgroupCpuQuota.Unlimited).ShouldBeNull();
    }

    [Theory]
    [InlineData(50_000, 40, 30_000)]
    [InlineData(300_000, 40, 60_000)]
    [InlineData(1_500, 40, 1_000)]
    public void A_quota_of_the_operator_is_the_base_and_is_restored(long recorded, int percent, long expected)
    {
        var throttle = Host(1, vcpus: 1, recorded);
        throttle.GetCurrent(One, recorded).ShouldBeNull("the operator's own quota is not a throttle");

        throttle.Set(One, recorded, new Percent(percent));
        Quotas(1).ShouldBe([expected]);

        throttle.Lift(One, recorded);
        Quotas(1).ShouldBe([recorded]);
    }

    [Fact]
    public void One_throttled_vcpu_left_behind_by_a_crash_is_found()
    {
        var throttle = Host(1, vcpus: 3);
        File.WriteAllText(Path.Combine(Group(1), "cpu.cfs_quota_us"), "25000\n");

        throttle.GetCurrent(One, CgroupCpuQuota.Unlimited).ShouldBe(new Percent(75));
        throttle.Lift(One, CgroupCpuQuota.Unlimited);
        Quotas(1).ShouldAllBe(quota => quota == CgroupCpuQuota.Unlimited);
    }

    [Fact]
    public void A_vm_that_is_not_throttled_is_unaffected()
    {
        var throttle = Host(1, vcpus: 1);
        File.WriteAllText(Path.Combine(Group(0), "cpu.cfs_quota_us"), "200000\n");

        throttle.Lift(One, CgroupCpuQuota.Unlimited);

        Quotas(1).ShouldBe([200_000]);
    }

    [Fact]
    public void A_throttle_of_zero_shows_whether_throttling_is_possible()
    {
        var throttle = Host(1, vcpus: 1);
        throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(0));
        Quotas(1).ShouldBe([CgroupCpuQuota.Unlimited]);

        Refusal(() => Host(1, vcpus: 0).Set(One, CgroupCpuQuota.Unlimited, new Percent(0)))
            .ShouldContain("libvirt does not use the controller 'cpu'");
    }

    [Fact]
    public void The_process_must_be_the_vms_own()
    {
        var throttle = Host(1, vcpus: 1);
        throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(0));

        // Its pid was reused, by another program or by another VM.
        foreach (var other in new[] { "/usr/bin/nginx\0-uuid\0", $"/usr/bin/qemu\0-uuid\0{Guid.NewGuid()}\0", $"/usr/bin/vim\0{One}\0" })
        {
            File.WriteAllText(Path.Combine(_root, "proc/77/cmdline"), other);
            Refusal(() => throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(40))).ShouldContain("no pid file in");
        }

        throttle.GetCurrent(One, CgroupCpuQuota.Unlimited).ShouldBeNull();
        throttle.Lift(One, CgroupCpuQuota.Unlimited);
    }

    [Theory]
    [InlineData("we \"b\" & ü 1")]
    [InlineData("../web")]
    [InlineData("-uuid")]
    [InlineData("雲 <1> 'x'; rm -rf *")]
    public void A_vm_may_be_called_anything(string name)
    {
        var throttle = Host(1, vcpus: 1);
        var directory = Path.Combine(_root, "run/libvirt/qemu");
        File.Delete(Path.Combine(directory, "web-1.pid"));
        File.WriteAllText(Path.Combine(directory, $"{name.Replace('/', '-')}.pid"), "77");
        File.WriteAllText(Path.Combine(_root, "proc/77/cmdline"), $"/usr/bin/qemu\0-name\0guest={name},debug-threads=on\0-uuid\0{One}\0");

        throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(40));

        Quotas(1).ShouldBe([60_000]);
    }

    [Fact]
    public void Pid_files_of_other_processes_and_of_stopped_vms_are_passed_over()
    {
        var throttle = Host(1, vcpus: 1);
        var directory = Path.Combine(_root, "run/libvirt/qemu");
        File.WriteAllText(Path.Combine(directory, "a-stopped.pid"), "4242");
        File.WriteAllText(Path.Combine(directory, "b-empty.pid"), "");
        File.WriteAllText(Path.Combine(directory, "c-fs0-fs.pid"), "78");
        Directory.CreateDirectory(Path.Combine(_root, "proc/78"));
        File.WriteAllText(Path.Combine(_root, "proc/78/cmdline"), "/usr/lib/virtiofsd\0--fd=3\0");

        throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(40));

        Quotas(1).ShouldBe([60_000]);
    }

    [Fact]
    public void A_vm_that_was_started_again_is_found_under_its_new_pid()
    {
        var throttle = Host(1, vcpus: 1);
        throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(40));
        Directory.Move(Path.Combine(_root, "proc/77"), Path.Combine(_root, "proc/79"));
        File.WriteAllText(Path.Combine(_root, "run/libvirt/qemu/web-1.pid"), "79");

        throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(50));

        Quotas(1).ShouldBe([50_000]);
    }

    [Fact]
    public void A_hierarchy_that_is_not_mounted_is_reported()
    {
        var throttle = Host(1, vcpus: 1);
        File.WriteAllText(Path.Combine(_root, "mountinfo"), "30 20 0:31 / /elsewhere rw - cgroup cgroup rw,memory\n");

        Refusal(() => throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(40))).ShouldContain("is not mounted here");
    }

    [Fact]
    public void A_partly_mounted_hierarchy_is_found()
    {
        var throttle = Host(1, vcpus: 1);
        var mounted = Path.Combine(_root, "cpu/machine/qemu-7-web-1");
        File.WriteAllText(Path.Combine(_root, "mountinfo"), $"30 20 0:31 /machine/qemu-7-web-1 {mounted} rw - cgroup cgroup rw,cpu,cpuacct\n");

        throttle.Set(One, CgroupCpuQuota.Unlimited, new Percent(40));

        Quotas(1).ShouldBe([60_000]);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string Refusal(Action act)
    {
        var refusal = Should.Throw<HypervisorException>(act);
        refusal.Code.ShouldBe(HypervisorErrorCode.Unsupported);
        return refusal.Message;
    }

    private VcpuThrottle Host(int version, int vcpus, long quota = CgroupCpuQuota.Unlimited)
    {
        var hierarchy = Path.Combine(_root, "cpu");
        if (Directory.Exists(hierarchy))
            Directory.Delete(hierarchy, recursive: true);
        Directory.CreateDirectory(Path.Combine(_root, "run/libvirt/qemu"));
        Directory.CreateDirectory(Path.Combine(_root, "proc/77"));
        Directory.CreateDirectory(Path.Combine(hierarchy, "machine/qemu-7-web-1/emulator"));
        File.WriteAllText(Path.Combine(_root, "run/libvirt/qemu/web-1.pid"), "77\n");
        File.WriteAllText(Path.Combine(_root, "proc/77/cmdline"), $"/usr/bin/qemu\0-uuid\0{One}\0-S\0");
        File.WriteAllText(
            Path.Combine(_root, "proc/77/cgroup"),
            version == 1 ? "4:memory:/x\n2:cpu,cpuacct:/machine/qemu-7-web-1/emulator\n0::/\n" : "0::/machine/qemu-7-web-1/emulator\n");
        File.WriteAllText(
            Path.Combine(_root, "mountinfo"),
            version == 1 ? $"29 20 0:31 /.. {_root}/hidden rw - cgroup cgroup rw,cpu,cpuacct\n30 20 0:31 / {hierarchy} rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
                : $"30 20 0:31 / {hierarchy} rw,relatime - cgroup2 cgroup2 rw\n");
        for (var number = 0; number < vcpus; number++)
        {
            Directory.CreateDirectory(Group(number));
            if (version == 2)
            {
                File.WriteAllText(Path.Combine(Group(number), "cpu.max"), quota < 0 ? "max 100000\n" : $"{quota} 100000\n");
                continue;
            }

            File.WriteAllText(Path.Combine(Group(number), "cpu.cfs_quota_us"), $"{quota}\n");
            File.WriteAllText(Path.Combine(Group(number), "cpu.cfs_period_us"), "100000\n");
        }

        return new VcpuThrottle(new VcpuCgroupFinder(_root, Path.Combine(_root, "mountinfo")));
    }

    private string Group(int number) => Path.Combine(_root, "cpu/machine/qemu-7-web-1", $"vcpu{number}");

    /// <summary>The quotas as the kernel would store them: it accepts "max" or a number for the first field and keeps the period.</summary>
    private IReadOnlyList<long> Quotas(int version) =>
    [
        .. Directory.EnumerateDirectories(Path.Combine(_root, "cpu/machine/qemu-7-web-1"), "vcpu*").Order(StringComparer.Ordinal).Select(group =>
        {
            var file = Path.Combine(group, version == 1 ? "cpu.cfs_quota_us" : "cpu.max");
            var value = File.ReadAllText(file).Split(' ')[0].Trim();
            if (version == 2)
                File.WriteAllText(file, $"{value} 100000\n");
            return value == "max" ? CgroupCpuQuota.Unlimited : long.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        }),
    ];
}
