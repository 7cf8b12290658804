using System.Text.Json;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Configuration;

namespace Mesh.Cli.Hosting;

/// <summary>
/// The settings of a service that this command runs. What is nearer to the person counts: an option before the environment,
/// that before the configuration file, and that before the default.
/// </summary>
internal static class Settings
{
    public const string Broker = "Bus:Broker";
    public const string Store = "Store:Location";
    public const string Listen = "Gateway:Listen";

    /// <summary>Short names in the environment, besides those of .NET such as <c>Bus__Broker</c>.</summary>
    public static readonly IReadOnlyDictionary<string, string> Variables = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["MESH_BROKER"] = Broker,
        ["MESH_STORE"] = Store,
        ["MESH_LISTEN"] = Listen,
    };

    /// <summary>Puts the settings together.</summary>
    /// <param name="io">The environment.</param>
    /// <param name="file">A JSON file; null for none.</param>
    /// <param name="options">Keys and what options say of them; null where an option was not given.</param>
    /// <exception cref="ProblemException">The file cannot be read, or holds what nobody would read.</exception>
    public static IConfigurationRoot Load(Io io, FileInfo? file, IEnumerable<KeyValuePair<string, string?>> options)
    {
        var builder = new ConfigurationBuilder();
        builder.AddInMemoryCollection([new(Store, $"sqlite:{Path.Combine(StateDirectory(io), "mesh.db")}")]);
        if (file is not null)
            AddFile(builder, file);
        builder.AddEnvironmentVariables();
        builder.AddInMemoryCollection(Variables
            .Select(variable => KeyValuePair.Create(variable.Value, io.Environment(variable.Key)))
            .Where(setting => !string.IsNullOrEmpty(setting.Value)));
        builder.AddInMemoryCollection(options.Where(option => option.Value is not null));
        return builder.Build();
    }

    /// <summary>Where state is kept, by the XDG base directory specification.</summary>
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
            throw new ProblemException($"the configuration file {file} cannot be read: {e.Message}", e);
        }

        var parsed = new ConfigurationBuilder().AddJsonStream(new MemoryStream(content));
        try
        {
            var unknown = KnownSettings.FindUnknown(parsed.Build());
            if (unknown.Count > 0)
                throw new ProblemException(
                    $"the configuration file {file} has {string.Join(", ", unknown)}, which nothing reads; there are {KnownSettings.Description}");
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException)
        {
            throw new ProblemException($"the configuration file {file} is not valid JSON: {Describe(e.GetBaseException())}", e);
        }

        builder.AddJsonStream(new MemoryStream(content));
    }

    // System.Text.Json counts lines from 0 and says so at the end of its message; people count from 1.
    private static string Describe(Exception e) =>
        e is JsonException { LineNumber: { } line } ? $"line {line + 1}: {e.Message.Split(" LineNumber:", 2)[0]}" : e.Message;
}
