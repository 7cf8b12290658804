using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Contracts.Migrations;

/// <summary>A parameter that a <see cref="ParameterAnswer"/> is about.</summary>
public enum MigrationParameter
{
    /// <summary>Every parameter of a command that was refused as a whole.</summary>
    [JsonStringEnumMemberName("all")]
    All,

    /// <summary>The policy that the migration follows.</summary>
    [JsonStringEnumMemberName("policy")]
    Policy,

    /// <summary>The hard limits that the agent enforces.</summary>
    [JsonStringEnumMemberName("limits")]
    Limits,

    /// <summary><see cref="MigrationParameters.MaxDowntime"/>.</summary>
    [JsonStringEnumMemberName("maxDowntime")]
    MaxDowntime,

    /// <summary><see cref="MigrationParameters.Bandwidth"/>.</summary>
    [JsonStringEnumMemberName("bandwidth")]
    Bandwidth,

    /// <summary><see cref="MigrationParameters.PostCopyBandwidth"/>.</summary>
    [JsonStringEnumMemberName("postCopyBandwidth")]
    PostCopyBandwidth,

    /// <summary><see cref="MigrationParameters.PostCopy"/>; in the answer to a start, whether post-copy is armed.</summary>
    [JsonStringEnumMemberName("postCopy")]
    PostCopy,

    /// <summary><see cref="MigrationParameters.Suspend"/>.</summary>
    [JsonStringEnumMemberName("suspend")]
    Suspend,

    /// <summary><see cref="MigrationParameters.Compression"/>; in the answer to a start, the methods.</summary>
    [JsonStringEnumMemberName("compression")]
    Compression,

    /// <summary><see cref="MigrationParameters.AutoConverge"/>.</summary>
    [JsonStringEnumMemberName("autoConverge")]
    AutoConverge,

    /// <summary><see cref="MigrationParameters.Throttle"/>.</summary>
    [JsonStringEnumMemberName("throttle")]
    Throttle,

    /// <summary><see cref="MigrationParameters.StallingLimit"/>.</summary>
    [JsonStringEnumMemberName("stallingLimit")]
    StallingLimit,

    /// <summary><see cref="MigrationOptions.Live"/>.</summary>
    [JsonStringEnumMemberName("live")]
    Live,

    /// <summary><see cref="MigrationOptions.AutoConvergeInitial"/>.</summary>
    [JsonStringEnumMemberName("autoConvergeInitial")]
    AutoConvergeInitial,

    /// <summary><see cref="MigrationOptions.AutoConvergeIncrement"/>.</summary>
    [JsonStringEnumMemberName("autoConvergeIncrement")]
    AutoConvergeIncrement,

    /// <summary><see cref="MigrationOptions.ParallelConnections"/>.</summary>
    [JsonStringEnumMemberName("parallelConnections")]
    ParallelConnections,

    /// <summary><see cref="MigrationOptions.Persistent"/>.</summary>
    [JsonStringEnumMemberName("persistent")]
    Persistent,

    /// <summary><see cref="MigrationOptions.UndefineSource"/>.</summary>
    [JsonStringEnumMemberName("undefineSource")]
    UndefineSource,

    /// <summary><see cref="MigrationOptions.CopyStorage"/>.</summary>
    [JsonStringEnumMemberName("copyStorage")]
    CopyStorage,

    /// <summary><see cref="MigrationOptions.MigrateDisks"/>.</summary>
    [JsonStringEnumMemberName("migrateDisks")]
    MigrateDisks,

    /// <summary><see cref="MigrationOptions.KeepAliveInterval"/>.</summary>
    [JsonStringEnumMemberName("keepAliveInterval")]
    KeepAliveInterval,

    /// <summary><see cref="MigrationOptions.KeepAliveCount"/>.</summary>
    [JsonStringEnumMemberName("keepAliveCount")]
    KeepAliveCount,

    /// <summary><see cref="MigrationOptions.Tls"/>.</summary>
    [JsonStringEnumMemberName("tls")]
    Tls,

    /// <summary><see cref="MigrationOptions.MigrationUri"/>.</summary>
    [JsonStringEnumMemberName("migrationUri")]
    MigrationUri,

    /// <summary><see cref="MigrationOptions.Unsafe"/>.</summary>
    [JsonStringEnumMemberName("unsafe")]
    Unsafe,
}

/// <summary>Names of parameters for people.</summary>
public static class MigrationParameterExtensions
{
    /// <summary>The parameter's name as it is on the wire, such as <c>maxDowntime</c>.</summary>
    public static string ToName(this MigrationParameter parameter) => JsonNamingPolicy.CamelCase.ConvertName(parameter.ToString());
}
