using Mesh.Contracts.Values;

namespace Mesh.Simulation.Faults;

/// <summary>What goes wrong with the broker and the migrations service.</summary>
internal static class MeshFaults
{
    /// <summary>A host cannot reach the broker.</summary>
    public static Fault HostCutOffFromBroker(string host) => new Deed(
        $"{host} cut off from the broker",
        world => world.Host(new HostName(host)).Link.IsCut = true,
        world => world.Host(new HostName(host)).Link.IsCut = false);

    /// <summary>The migrations service cannot reach the broker.</summary>
    public static Fault MigrationsCutOff() => new Deed(
        "migrations service cut off from the broker",
        world => world.Migrations.Link.IsCut = true,
        world => world.Migrations.Link.IsCut = false);

    /// <summary>The broker is away.</summary>
    public static Fault BrokerAway() => new Deed(
        "broker away",
        world =>
        {
            if (world.Broker.IsDown)
                return false;
            world.Broker.Fail();
            return true;
        },
        world => world.Broker.Restore());

    /// <summary>The migrations service is killed and started again later.</summary>
    public static Fault MigrationsKilled() => new Deed(
        "migrations service killed",
        world =>
        {
            world.Migrations.Kill();
            return true;
        },
        world => world.Migrations.Start());

    /// <summary>The migrations service is killed just before or after it has written or read.</summary>
    public static Fault MigrationsKilledAtStore(Random chance)
    {
        var passages = chance.Next(40);
        return new Deed($"migrations service to be killed at its store after {passages} passages", world =>
        {
            world.Migrations.KillAfterPassages = passages;
            return true;
        });
    }

    /// <summary>A commit is kept and its caller told that it failed.</summary>
    public static Fault CommitLost() => new Deed("the news of a commit lost", world => world.Migrations.LosesNextCommit = true);

    /// <summary>The store cannot be written.</summary>
    public static Fault StoreFull() => new Deed(
        "store full",
        world => world.Migrations.IsStoreFull = true,
        world => world.Migrations.IsStoreFull = false);

    /// <summary>The migrations service stands still and then goes on.</summary>
    public static Fault MigrationsFrozen(Random chance)
    {
        var time = TimeSpan.FromSeconds(1 + chance.NextDouble() * 30);
        return new Deed($"migrations service frozen for {time.TotalSeconds:0} s", world =>
        {
            world.Migrations.Process?.Freeze(time);
            return world.Migrations.Process is not null;
        });
    }
}
