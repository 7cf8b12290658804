namespace Mesh.Contracts.Migrations;

/// <summary>What became of a parameter.</summary>
public enum ParameterResult
{
    /// <summary>The hypervisor took it as it is.</summary>
    Applied,

    /// <summary>Its effect is brought about by other means.</summary>
    Emulated,

    /// <summary>It could not be set.</summary>
    Refused,
}
