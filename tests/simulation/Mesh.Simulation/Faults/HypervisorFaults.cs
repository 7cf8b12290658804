using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>Faults of hypervisors, their jobs, and the network between hosts.</summary>
internal static class HypervisorFaults
{
    private static readonly string[] Calls =
    [
        nameof(IHypervisor.CreateImageAsync), nameof(IHypervisor.DescribeHostAsync), nameof(IHypervisor.ListVmsAsync), nameof(IHypervisor.MigrateAsync),
        nameof(IHypervisor.AbortJobAsync), nameof(IHypervisor.ReadJobAsync), nameof(IHypervisor.SetMaxDowntimeAsync), nameof(IHypervisor.ReadCompletedJobAsync),
        nameof(IHypervisor.DestroyIncomingAsync), nameof(IHypervisor.DeleteImageAsync), nameof(IHypervisor.ResumeAsync), nameof(IHypervisor.DescribeVmAsync),
        nameof(IHypervisor.StartPostCopyAsync), nameof(IHypervisor.SuspendAsync), nameof(IHypervisor.SetBandwidthAsync), nameof(IHypervisor.FindVmAsync), nameof(IHypervisor.FindVmByNameAsync),
    ];

    /// <summary>The hypervisor hangs for a while.</summary>
    public static Fault Hang(string host, Random random)
    {
        var time = TimeSpan.FromSeconds(1 + random.NextDouble() * 30);
        var appliesLate = random.NextDouble() < 0.5;
        return new DelegateFault($"hypervisor of {host} hangs for {time.TotalSeconds:0} s{(appliesLate ? " and applies calls late" : "")}", world =>
        {
            var faultState = world.Host(new HostName(host)).FaultState;
            (faultState.HungUntilTicks, faultState.AppliesLate) = (world.EventLoop.Ticks + time.Ticks, appliesLate);
            return true;
        });
    }

    /// <summary>The hypervisor's daemon restarts.</summary>
    public static Fault DaemonRestarts(string host, Random random)
    {
        var time = TimeSpan.FromSeconds(0.5 + random.NextDouble() * 15);
        var jobsContinue = random.NextDouble() < 0.5;
        return new DelegateFault($"hypervisor of {host} unreachable for {time.TotalSeconds:0} s, jobs {(jobsContinue ? "continue" : "are cancelled")}", world =>
        {
            world.Host(new HostName(host)).FaultState.UnreachableUntilTicks = world.EventLoop.Ticks + time.Ticks;
            world.Cluster.RestartDaemon(new HostName(host), jobsContinue, FaultLimits.OrphansMayRemain);
            return true;
        });
    }

    /// <summary>One of the hypervisor's calls fails.</summary>
    public static Fault CallFails(string host, Random random)
    {
        var call = Calls[random.Next(Calls.Length)];
        return new DelegateFault(
            $"{call} fails on {host}",
            world =>
            {
                world.Host(new HostName(host)).FaultState.FailingCall = call;
                return true;
            },
            world => world.Host(new HostName(host)).FaultState.FailingCall = null);
    }

    /// <summary>QEMU fails one of the running migrations.</summary>
    public static Fault JobFails(Random random)
    {
        var draw = random.Next(100);
        return new DelegateFault("a job fails", world =>
        {
            var jobs = world.Cluster.ListJobs();
            return jobs.Count > 0 && Fail(world, jobs[draw % jobs.Count].VmId);
        });
    }

    /// <summary>QEMU fails the VM's migration.</summary>
    public static Fault JobFails(VmId vm) => new DelegateFault("the job fails", world => Fail(world, vm));

    /// <summary>A host's link is slow.</summary>
    public static Fault SlowLink(string host, Random random)
    {
        var name = new HostName(host);
        var link = random.NextDouble() < 0.3 ? new BytesPerSecond(0) : BytesPerSecond.FromMebibytes(random.Next(1, 20));
        return new DelegateFault(
            $"link of {host} limited to {link}",
            world =>
            {
                world.Cluster.SetLink(name, link);
                return true;
            },
            world => world.Cluster.SetLink(name, BytesPerSecond.FromMebibytes(200)));
    }

    /// <summary>Two hosts' hypervisors cannot reach each other; running migrations stall, and may fail.</summary>
    public static Fault HostsCutOff(string left, string right, Random random)
    {
        var (one, other) = (new HostName(left), new HostName(right));
        var failsAfter = random.NextDouble() < 0.5 ? TimeSpan.FromSeconds(random.NextDouble() * 10) : (TimeSpan?)null;
        return new DelegateFault(
            $"{left} and {right} cut off from each other",
            world =>
            {
                if (left == right)
                    return false;
                world.Cluster.Partition(one, other);
                if (failsAfter is { } pause)
                    world.Network.Post(() => FailBetween(world, one, other), pause);
                return true;
            },
            world => world.Cluster.Heal(one, other));
    }

    /// <summary>An operator migrates a VM outside the mesh, and aborts the migration if it takes too long.</summary>
    public static Fault ExternalMigration(string to, Random random)
    {
        var draw = random.Next(100);
        Task<MigrateResult>? call = null;
        return new DelegateFault($"external migration to {to}", Begin, world =>
        {
            if (call is { IsCompleted: false } && world.Cluster.ListJobs().FirstOrDefault(job => job.VmId == Vm(world).Id) is { Phase: not SimulatedPhase.PostCopy })
                world.Cluster.FailJob(Vm(world).Id, "operation aborted: migration out: canceled by client");
        });

        SimulatedVm Vm(World world) => world.Vms[draw % world.Vms.Count];

        bool Begin(World world)
        {
            var vm = Vm(world);
            if (world.GroundTruth.FindRunningHost(vm.Id) is not { } from || from.Value == to || !world.Host(from).IsOn)
                return false;
            world.RecordExternalMigration(vm.Id);
            world.Trace.Add("fault", $"{vm.Name} is migrated from {from} to {to} outside the mesh");
            call = world.Cluster.CreateHypervisor(from).MigrateAsync(
                new VmMigration(vm.Id, $"simulated://{to}", new MigrationOptions { CopyStorage = CopyStorage.None }), CancellationToken.None);
            return true;
        }
    }

    private static void FailBetween(World world, HostName one, HostName other)
    {
        foreach (var job in world.Cluster.ListJobs())
            if ((job.Source == one && job.Destination == other) || (job.Source == other && job.Destination == one))
                Fail(world, job.VmId);
    }

    private static bool Fail(World world, VmId vm)
    {
        if (world.Cluster.ListJobs().FirstOrDefault(job => job.VmId == vm) is not { } job || (!FaultLimits.PostCopyMayFail && job.Phase is SimulatedPhase.PostCopy))
            return false;
        world.Trace.Add("fault", $"the job of {world.Vms.First(known => known.Id == vm).Name} fails in {job.Phase}");
        return world.Cluster.FailJob(vm, "operation failed: migration of domain failed: unexpected end of stream");
    }
}
