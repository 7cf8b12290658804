using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Commands;

/// <summary>The answer to each parameter of a start that libvirt receives with the migrate call.</summary>
internal static class StartParameterReport
{
    public static IEnumerable<ParameterAnswer> Describe(MigrationOptions options)
    {
        if (!options.Live)
            yield return Applied("live", "false");
        if (options.AutoConverge)
            yield return Applied("autoConverge", "true");
        if (options.AutoConvergeInitial is { } initial)
            yield return Applied("autoConvergeInitial", $"{initial}");
        if (options.AutoConvergeIncrement is { } increment)
            yield return Applied("autoConvergeIncrement", $"{increment}");
        if (options.Compression.Count > 0)
            yield return Applied("compression", string.Join(", ", options.Compression));
        if (options.ParallelConnections is { } connections)
            yield return Applied("parallelConnections", $"{connections}");
        if (options.PostCopy)
            yield return Applied("postCopy", "armed");
        if (options.Persistent)
            yield return Applied("persistent", "true");
        if (options.UndefineSource)
            yield return Applied("undefineSource", "true");
        if (options.CopyStorage is not CopyStorage.None)
            yield return Applied("copyStorage", options.CopyStorage is CopyStorage.All ? "all" : "incremental");
        if (options.MigrateDisks.Count > 0)
            yield return Applied("migrateDisks", string.Join(", ", options.MigrateDisks));
        if (options.KeepAliveInterval is { } interval)
            yield return Applied("keepAliveInterval", $"{interval.TotalSeconds:0} s");
        if (options.KeepAliveCount is { } count)
            yield return Applied("keepAliveCount", $"{count}");
        if (options.Tls)
            yield return Applied("tls", "true");
        if (options.MigrationUri is { } uri)
            yield return Applied("migrationUri", uri);
        if (options.Unsafe)
            yield return Applied("unsafe", "true");
    }

    private static ParameterAnswer Applied(string name, string value) => new(name, ParameterResult.Applied, value);
}
