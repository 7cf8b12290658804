using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Commands;

/// <summary>The answer to each parameter of a start that libvirt receives with the migrate call.</summary>
internal static class StartParameterReport
{
    public static IEnumerable<ParameterAnswer> Describe(MigrationOptions options)
    {
        if (!options.Live)
            yield return Applied(MigrationParameter.Live, "false");
        if (options.AutoConverge)
            yield return Applied(MigrationParameter.AutoConverge, "true");
        if (options.AutoConvergeInitial is { } initial)
            yield return Applied(MigrationParameter.AutoConvergeInitial, $"{initial}");
        if (options.AutoConvergeIncrement is { } increment)
            yield return Applied(MigrationParameter.AutoConvergeIncrement, $"{increment}");
        if (options.Compression.Count > 0)
            yield return Applied(MigrationParameter.Compression, string.Join(", ", options.Compression));
        if (options.ParallelConnections is { } connections)
            yield return Applied(MigrationParameter.ParallelConnections, $"{connections}");
        if (options.PostCopy)
            yield return Applied(MigrationParameter.PostCopy, "armed");
        if (options.Persistent)
            yield return Applied(MigrationParameter.Persistent, "true");
        if (options.UndefineSource)
            yield return Applied(MigrationParameter.UndefineSource, "true");
        if (options.CopyStorage is not CopyStorage.None)
            yield return Applied(MigrationParameter.CopyStorage, options.CopyStorage is CopyStorage.All ? "all" : "incremental");
        if (options.MigrateDisks.Count > 0)
            yield return Applied(MigrationParameter.MigrateDisks, string.Join(", ", options.MigrateDisks));
        if (options.KeepAliveInterval is { } interval)
            yield return Applied(MigrationParameter.KeepAliveInterval, $"{interval.TotalSeconds:0} s");
        if (options.KeepAliveCount is { } count)
            yield return Applied(MigrationParameter.KeepAliveCount, $"{count}");
        if (options.Tls)
            yield return Applied(MigrationParameter.Tls, "true");
        if (options.MigrationUri is { } uri)
            yield return Applied(MigrationParameter.MigrationUri, uri);
        if (options.Unsafe)
            yield return Applied(MigrationParameter.Unsafe, "true");
    }

    private static ParameterAnswer Applied(MigrationParameter parameter, string value) => new(parameter, ParameterResult.Applied, value);
}
