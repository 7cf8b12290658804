namespace Mesh.Contracts.Migrations;

/// <summary>Who is to blame for a failed migration.</summary>
public enum FailureCause
{
    /// <summary>The text does not tell.</summary>
    Unknown,

    /// <summary>The VM: it has something that cannot be migrated, or it stopped running. No other host would help.</summary>
    Vm,

    /// <summary>The source: its libvirt or its QEMU did not carry out the migration. No other destination would help.</summary>
    Source,

    /// <summary>The destination: it could not take the VM. Another host may.</summary>
    Destination,

    /// <summary>The link between the two hosts, on either side of it.</summary>
    Network,
}
