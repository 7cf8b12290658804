using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;

namespace Mesh.Agent.State;

/// <summary>The file of an agent's state. A write replaces it as a whole or not at all.</summary>
internal sealed class AgentStateFile
{
    public AgentStateFile(string directory, HostName host)
    {
        Path = System.IO.Path.Combine(directory, $"{host}.json");
        WrapErrors("create the directory of its state", () => Directory.CreateDirectory(directory));
    }

    public string Path { get; }

    public string CorruptPath => Path + ".corrupt";

    /// <summary>The state in the file; null if there is no file.</summary>
    /// <exception cref="JsonException">The file is corrupt.</exception>
    /// <exception cref="ProblemException">The file cannot be read, or another version wrote it.</exception>
    public AgentState? Read() => WrapErrors("read its state", () =>
    {
        if (!System.IO.Path.Exists(Path))
            return null;
        using var file = File.OpenRead(Path);
        using var document = JsonDocument.Parse(file);
        RequireFormat(document.RootElement);
        return document.Deserialize<AgentState>(MeshJson.Options);
    });

    /// <summary>Moves a corrupt file out of the way, for a person to inspect.</summary>
    /// <exception cref="ProblemException">It cannot be moved.</exception>
    public void Quarantine() => WrapErrors("move its corrupt state aside", () =>
    {
        File.Move(Path, CorruptPath, overwrite: true);
        return true;
    });

    public void Write(AgentState state)
    {
        var written = Path + ".new";
        try
        {
            using (var file = new FileStream(written, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(file, state, MeshJson.Indented);
                file.Flush(flushToDisk: true);
            }

            File.Move(written, Path, overwrite: true);
        }
        catch (IOException)
        {
            // An incomplete file is of no use, and on a full disk its space is.
            TryDelete(written);
            throw;
        }
    }

    /// <summary>
    /// Refuses the state of another version: read by today's names it would look empty, and stale commands would be accepted.
    /// </summary>
    private void RequireFormat(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
            throw new JsonException("The file does not hold an object.");
        var format = root.TryGetProperty(AgentState.FormatName, out var value) ? value.ToString() : "none (version 0.1)";
        if (format != $"{AgentState.CurrentFormat}")
            throw new ProblemException(
                $"the agent cannot use the state in '{Path}' (Agent:StateDirectory): its format is {format}, and this version reads format {AgentState.CurrentFormat}; "
                + "let its migrations end under the version that wrote it, then move the file away");
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next write overwrites it.
        }
    }

    private T WrapErrors<T>(string action, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException($"the agent cannot {action} at '{Path}' (Agent:StateDirectory): {e.Message}", e);
        }
    }
}
