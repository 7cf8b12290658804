using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Invariants;

/// <summary>A VM whose migration has ended can be migrated again: nothing occupies its slot.</summary>
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
            if (active.FindByVm(vm.Id) is { } leaked)
                Fail($"{vm.Name} is still registered in {leaked}, which has ended ({World.MigrationsStore.FindMigration(leaked)?.Outcome})");
        foreach (var host in World.Hosts)
            if (active.FindByHost(host.Name) is [var first, ..])
                Fail($"{host.Name} is still registered in {first}, which has ended");
    }
}
