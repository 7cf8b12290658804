using System.Text.Json;
using Mesh.Agent.Configuration;
using Mesh.Agent.Libvirt.Adapter;
using Mesh.Cli.Shell;
using Mesh.Gateway.Configuration;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Migrations.Host.Fencing;
using Mesh.Migrations.Host.Hosts;
using Mesh.Policy.Host.Store;
using Mesh.Scheduler.Host.Fleets;
using Microsoft.Extensions.Configuration;

namespace Mesh.Server.Hosting;

/// <summary>
/// The settings of a service that this command runs. Precedence: options, environment variables, the configuration file,
/// defaults.
/// </summary>
internal static class Settings
{
    public const string Broker = "Bus:Broker";
    public const string Store = "Store:Location";
    public const string Listen = "Gateway:Listen";

    /// <summary>Short environment variables, besides those of .NET such as <c>Bus__Broker</c>.</summary>
    public static readonly IReadOnlyDictionary<string, string> Variables = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["MESH_BROKER"] = Broker,
        ["MESH_STORE"] = Store,
        ["MESH_LISTEN"] = Listen,
    };

    /// <summary>Loads the settings.</summary>
    /// <param name="io">The environment.</param>
    /// <param name="file">A JSON file; null for none.</param>
    /// <param name="options">Keys and values of options; null for an option that was not given.</param>
    /// <exception cref="ProblemException">The file cannot be read, or has unknown settings.</exception>
    public static IConfigurationRoot Load(Io io, FileInfo? file, IEnumerable<KeyValuePair<string, string?>> options)
    {
        var builder = new ConfigurationBuilder();
        builder.AddInMemoryCollection([new(Store, DefaultStore(io))]);
        if (file is not null)
            AddFile(builder, file);
        builder.AddEnvironmentVariables();
        builder.AddInMemoryCollection(Variables
            .Select(variable => KeyValuePair.Create(variable.Value, io.Environment(variable.Key)))
            .Where(setting => !string.IsNullOrEmpty(setting.Value)));
        builder.AddInMemoryCollection(options.Where(option => option.Value is not null));
        return builder.Build();
    }

    /// <summary>Creates the directory of the default store, which is the mesh's own; any other directory is left to its owner.</summary>
    /// <exception cref="ProblemException">It cannot be created.</exception>
    public static void CreateDefaultDirectory(Io io, IConfiguration settings)
    {
        if (!string.Equals(settings[Store], DefaultStore(io), StringComparison.Ordinal))
            return;
        try
        {
            Directory.CreateDirectory(StateDirectory(io));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException($"cannot create the state directory {StateDirectory(io)}: {e.Message} (use --store to keep the store elsewhere)", e);
        }
    }

    private static string DefaultStore(Io io) => $"sqlite:{Path.Combine(StateDirectory(io), "mesh.db")}";

    /// <summary>The state directory, by the XDG base directory specification.</summary>
    public static string StateDirectory(Io io)
    {
        var home = io.Environment("HOME") is { Length: > 0 } set ? set : Path.GetTempPath();
        var state = io.Environment("XDG_STATE_HOME") is { Length: > 0 } given && Path.IsPathRooted(given)
            ? given
            : Path.Combine(home, ".local", "state");
        return Path.Combine(state, "migration-mesh");
    }

    private static void AddFile(ConfigurationBuilder builder, FileInfo file)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException($"cannot read configuration file {file}: {e.Message}", e);
        }

        var parsed = new ConfigurationBuilder().AddJsonStream(new MemoryStream(content));
        try
        {
            var unknown = KnownSettings.FindUnknown(parsed.Build());
            if (unknown.Count > 0)
                throw new ProblemException(
                    $"configuration file {file}: unknown setting {string.Join(", ", unknown)}; known settings: {KnownSettings.Description}");
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException)
        {
            throw new ProblemException($"configuration file {file} is not valid JSON: {Describe(e.GetBaseException())}", e);
        }

        builder.AddJsonStream(new MemoryStream(content));
    }

    // System.Text.Json appends the position to its message and counts lines from 0; people count from 1.
    private static string Describe(Exception e) =>
        e is JsonException { LineNumber: { } line } ? $"line {line + 1}: {e.Message.Split(" LineNumber:", 2)[0]}" : e.Message;
}

/// <summary>All known settings, so that a misspelt one in a file is reported instead of ignored.</summary>
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

    // Settings of libraries.
    private static readonly string[] External =
    [
        "Logging", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_RESOURCE_ATTRIBUTES", "OTEL_METRIC_EXPORT_INTERVAL",
    ];

    /// <summary>All settings, for error messages.</summary>
    public static string Description =>
        string.Join("; ", Sections.Select(section => $"{section.Key}: {string.Join(", ", Names(section.Value))}").Concat(External));

    /// <summary>The settings that do not exist.</summary>
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
