using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Testing.Fixtures;

namespace Mesh.Chaos.Tests;

/// <summary>What is needed to diagnose a failed cell: the state and logs of libvirt, agents and mesh, saved beside the table.</summary>
internal static class Evidence
{
    private const int LinesOfEachLog = 40;

    public static string Folder { get; } = Path.Combine(Repository.Artifacts, "chaos");

    /// <summary>Saves it and returns the path.</summary>
    public static async Task<string> SaveAsync(Cell cell)
    {
        var pair = cell.Pair;
        var lines = new List<string>
        {
            $"{cell.Name}: {cell.Failure}",
            $"{cell.Guest} from {pair.Source} to {pair.Destination}",
            JsonSerializer.Serialize(await cell.ViewAsync(), MeshJson.Options),
            $"--- queue\n{await pair.Mesh.RunAsync("queue")}",
            $"--- unfinished migrations\n{JsonSerializer.Serialize((await pair.Mesh.Api.ListMigrationsAsync()).Where(migration => migration.Outcome is null), MeshJson.Options)}",
        };
        foreach (var host in pair.Hosts)
        {
            lines.Add($"--- libvirt of {host}");
            lines.Add($"{await pair.Bed.TryRunAsync("virsh", host, "domstate", cell.Guest, "--reason")}");
            lines.Add($"{await pair.Bed.TryRunAsync("virsh", host, "domjobinfo", cell.Guest, "--anystats")}");
            foreach (var log in (string[])["libvirtd.log", $"qemu/{cell.Guest}.log", $"{cell.Guest}.console"])
                lines.Add($"--- {log} of {host}\n{ReadTail(pair.Bed.LogPath(host, log))}");
        }

        lines.Add(pair.Mesh.CollectOutput());
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, $"{cell.Name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-')}.txt");
        await File.WriteAllLinesAsync(path, lines);
        return path;
    }

    private static string ReadTail(string path) => File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(LinesOfEachLog)) : "(none)";
}
