namespace Mesh.Contracts.Migrations;

/// <summary>Whether disks are copied as well as memory.</summary>
public enum CopyStorage
{
    /// <summary>No: both hosts reach the same storage.</summary>
    None,

    /// <summary>The whole of each disk (<c>--copy-storage-all</c>).</summary>
    All,

    /// <summary>Only the data above a backing image that the destination already has (<c>--copy-storage-inc</c>).</summary>
    Incremental,
}
