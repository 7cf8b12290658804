namespace Mesh.Contracts.Migrations;

/// <summary>The result of setting a parameter.</summary>
public enum ParameterResult
{
    /// <summary>The hypervisor accepted it.</summary>
    Applied,

    /// <summary>Its effect is achieved by other means.</summary>
    Emulated,

    /// <summary>It was rejected.</summary>
    Refused,

    /// <summary>The hypervisor did not answer in time: it may be set by now, or not. The mesh tries it again.</summary>
    Failed,
}
