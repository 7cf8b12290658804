using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>How much a flight moves.</summary>
public static class MigrationDataSize
{
    /// <summary>Memory plus the disks that are copied; what limits per GiB count.</summary>
    public static Bytes DataSize(this MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return CopiedDisks.DataSize(state.Vm!.Memory, state.DisksToCopy);
    }
}
