using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Agents;

/// <summary>To the destination: check capacity and create the images for copied disks.</summary>
public sealed record PrepareIncoming : AgentCommand
{
    /// <summary>The VM to receive, as the source describes it.</summary>
    public required VmDescription Vm { get; init; }

    /// <summary>The source.</summary>
    public required HostName Source { get; init; }

    /// <summary>Disks whose image is created; empty when no storage is copied.</summary>
    public required IReadOnlyList<VmDisk> DisksToCreate { get; init; }

    /// <summary>Whether the images use the backing file that the disks name, which must exist.</summary>
    public required CopyStorage CopyStorage { get; init; }
}
