using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Draining;

/// <summary>How a drain moves machines.</summary>
public static class DrainMigrationOptions
{
    /// <summary>What every machine is judged by.</summary>
    public static MigrationOptions Default { get; } = new();

    /// <summary>
    /// For one machine: live, and with its definition, if that is kept on the host: otherwise the machine would be gone with its next
    /// shutdown, or be defined on the drained host as well.
    /// </summary>
    public static MigrationOptions ForVm(VmDescription vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return new() { Persistent = vm.Persistent, UndefineSource = vm.Persistent };
    }
}
