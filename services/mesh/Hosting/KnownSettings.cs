using Mesh.Agent.Configuration;
using Mesh.Agent.Libvirt.Adapter;
using Mesh.Gateway;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Mesh.Migrations.Host.Fencing;
using Mesh.Migrations.Host.Hosts;
using Mesh.Policy.Host.Store;
using Mesh.Scheduler.Host.Fleets;
using Microsoft.Extensions.Configuration;

namespace Mesh.Cli.Hosting;

/// <summary>The settings that there are, so that a misspelt one in a file is found instead of passed over.</summary>
internal static class KnownSettings
{
    private static readonly Dictionary<string, Type[]> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Agent"] = [typeof(AgentOptions), typeof(LibvirtOptions)],
        ["Bus"] = [typeof(BusOptions)],
        ["Fencing"] = [typeof(FenceOptions)],
        ["Gateway"] = [typeof(GatewayOptions)],
        ["Hosts"] = [typeof(HostHealthOptions)],
        ["Policies"] = [typeof(PolicyOptions)],
        ["Scheduling"] = [typeof(SchedulingOptions)],
        ["Store"] = [typeof(StoreOptions)],
    };

    // Read by libraries, by rules of their own.
    private static readonly string[] External =
    [
        "Logging", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_RESOURCE_ATTRIBUTES", "OTEL_METRIC_EXPORT_INTERVAL",
    ];

    /// <summary>All settings, for messages.</summary>
    public static string Description =>
        string.Join("; ", Sections.Select(section => $"{section.Key}: {string.Join(", ", Names(section.Value))}").Concat(External));

    /// <summary>Settings that nothing reads.</summary>
    public static IReadOnlyList<string> FindUnknown(IConfiguration configuration) =>
    [
        .. configuration.GetChildren()
            .Where(section => !External.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            .SelectMany(section => Sections.TryGetValue(section.Key, out var types)
                ? section.GetChildren().Where(key => !Names(types).Contains(key.Key, StringComparer.OrdinalIgnoreCase)).Select(key => key.Path)
                : [section.Path]),
    ];

    private static IEnumerable<string> Names(IEnumerable<Type> types) =>
        types.SelectMany(type => type.GetProperties()).Where(property => property.CanWrite).Select(property => property.Name).Distinct(StringComparer.Ordinal);
}
