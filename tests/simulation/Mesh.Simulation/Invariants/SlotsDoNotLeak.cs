using Mesh.Agent.Simulated;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Hosts;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Invariants;

/// <summary>A machine whose migration has ended can be migrated again: nothing holds its place any more.</summary>
internal sealed class SlotsDoNotLeak(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "slots never leak";

    /// <inheritdoc />
    public override void AtEnd()
    {
        if (World.Migrations.Provider?.GetRequiredService<ActiveMigrations>() is not { } active)
            return;
        foreach (var vm in World.Vms)
            if (active.FindByVm(vm.Id) is { } holder)
                Fail($"{vm.Name} still counts as in migration {holder}, which has ended ({World.MigrationsStore.FindMigration(holder)?.Outcome})");
        foreach (var host in World.Hosts)
            if (active.FindByHost(host.Name) is [var first, ..])
                Fail($"{host.Name} still counts as busy with {first}, which has ended");
    }
}
