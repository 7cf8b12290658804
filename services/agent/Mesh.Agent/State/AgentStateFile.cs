using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;

namespace Mesh.Agent.State;

/// <summary>The file that an agent's record lives in. A write replaces it as a whole or not at all.</summary>
internal sealed class AgentStateFile
{
    public AgentStateFile(string directory, HostName host)
    {
        Path = System.IO.Path.Combine(directory, $"{host}.json");
        WrapErrors("keep its state", () => Directory.CreateDirectory(directory));
    }

    public string Path { get; }

    public string CorruptPath => Path + ".corrupt";

    /// <summary>The record in the file; null if there is no file.</summary>
    /// <exception cref="JsonException">The file does not hold a record.</exception>
    /// <exception cref="ProblemException">The file cannot be read at all.</exception>
    public AgentState? Read() => WrapErrors("read its state", () =>
    {
        if (!System.IO.Path.Exists(Path))
            return null;
        using var file = File.OpenRead(Path);
        return JsonSerializer.Deserialize<AgentState>(file, MeshJson.Options) ?? throw new JsonException("The file holds null.");
    });

    /// <summary>Puts a file that cannot be read out of the way, for a person to look at.</summary>
    /// <exception cref="ProblemException">It cannot be moved.</exception>
    public void Quarantine() => WrapErrors("set its unreadable state aside", () =>
    {
        File.Move(Path, CorruptPath, overwrite: true);
        return true;
    });

    public void Write(AgentState record)
    {
        var written = Path + ".new";
        try
        {
            using (var file = new FileStream(written, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(file, record, MeshJson.Indented);
                file.Flush(flushToDisk: true);
            }

            File.Move(written, Path, overwrite: true);
        }
        catch (IOException)
        {
            // Half a file helps nobody, and where the disk is full, its room does.
            TryDelete(written);
            throw;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next write begins it anew.
        }
    }

    private T WrapErrors<T>(string what, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException($"the agent cannot {what} at '{Path}' (Agent:StateDirectory): {e.Message}", e);
        }
    }
}
