using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>Faults of the services.</summary>
internal static class ServiceFaults
{
    /// <summary>The service cannot reach the broker.</summary>
    public static Fault CutOff(ServiceProcess service) => new DelegateFault(
        $"{service.Name} cut off from the broker",
        _ => service.Link.IsCut = true,
        _ => service.Link.IsCut = false);

    /// <summary>The service is killed and restarted later.</summary>
    public static Fault Killed(ServiceProcess service) => new DelegateFault(
        $"{service.Name} killed",
        _ =>
        {
            service.Kill();
            return true;
        },
        _ => service.Start());

    /// <summary>The service is killed just before or after a store operation.</summary>
    public static Fault KilledAtStore(ServiceProcess service, Random random)
    {
        var storeOperations = random.Next(40);
        return new DelegateFault($"{service.Name} to be killed after {storeOperations} store operations", _ =>
        {
            service.KillAfterStoreOperations = storeOperations;
            return true;
        });
    }

    /// <summary>A commit succeeds but is reported as failed.</summary>
    public static Fault CommitLost(ServiceProcess service) => new DelegateFault($"confirmation of a commit of {service.Name} lost", _ => service.LosesNextCommit = true);

    /// <summary>The service's store cannot be written.</summary>
    public static Fault StoreFull(ServiceProcess service) => new DelegateFault(
        $"store of {service.Name} full",
        _ => service.IsStoreFull = true,
        _ => service.IsStoreFull = false);

    /// <summary>The service freezes and then continues.</summary>
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
