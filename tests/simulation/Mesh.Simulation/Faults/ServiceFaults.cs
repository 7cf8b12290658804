using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>What goes wrong with a service of the mesh.</summary>
internal static class ServiceFaults
{
    /// <summary>It cannot reach the broker.</summary>
    public static Fault CutOff(ServiceProcess service) => new DelegateFault(
        $"{service.Name} cut off from the broker",
        _ => service.Link.IsCut = true,
        _ => service.Link.IsCut = false);

    /// <summary>It is killed and started again later.</summary>
    public static Fault Killed(ServiceProcess service) => new DelegateFault(
        $"{service.Name} killed",
        _ =>
        {
            service.Kill();
            return true;
        },
        _ => service.Start());

    /// <summary>It is killed just before or after it has written or read.</summary>
    public static Fault KilledAtStore(ServiceProcess service, Random random)
    {
        var storeOperations = random.Next(40);
        return new DelegateFault($"{service.Name} to be killed at its store after {storeOperations} passages", _ =>
        {
            service.KillAfterStoreOperations = storeOperations;
            return true;
        });
    }

    /// <summary>A commit is kept and its caller told that it failed.</summary>
    public static Fault CommitLost(ServiceProcess service) => new DelegateFault($"the news of a commit of {service.Name} lost", _ => service.LosesNextCommit = true);

    /// <summary>Its store cannot be written.</summary>
    public static Fault StoreFull(ServiceProcess service) => new DelegateFault(
        $"store of {service.Name} full",
        _ => service.IsStoreFull = true,
        _ => service.IsStoreFull = false);

    /// <summary>It stands still and then goes on.</summary>
    public static Fault Frozen(ServiceProcess service, Random random)
    {
        var time = TimeSpan.FromSeconds(1 + random.NextDouble() * 30);
        return new DelegateFault($"{service.Name} frozen for {time.TotalSeconds:0} s", _ =>
        {
            service.Process?.Freeze(time);
            return service.Process is not null;
        });
    }
}
