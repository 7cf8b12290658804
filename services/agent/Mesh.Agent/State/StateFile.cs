using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting;

namespace Mesh.Agent.State;

/// <summary>The file that an agent's record lives in. A write replaces it as a whole or not at all.</summary>
internal sealed class StateFile
{
    private readonly string _path;

    public StateFile(string directory, HostName host)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException($"the agent cannot keep its state in '{directory}' (Agent:StateDirectory): {e.Message}", e);
        }

        _path = Path.Combine(directory, $"{host}.json");
    }

    public string CorruptPath => _path + ".corrupt";

    /// <summary>The record in the file; null if there is no file.</summary>
    /// <exception cref="JsonException">The file does not hold a record.</exception>
    public AgentRecord? Read()
    {
        if (!File.Exists(_path))
            return null;
        using var file = File.OpenRead(_path);
        return JsonSerializer.Deserialize<AgentRecord>(file, MeshJson.Options) ?? throw new JsonException("The file holds null.");
    }

    /// <summary>Puts a file that cannot be read out of the way, for a person to look at.</summary>
    public void SetAside() => File.Move(_path, CorruptPath, overwrite: true);

    public void Write(AgentRecord record)
    {
        var written = _path + ".new";
        using (var file = new FileStream(written, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, record, MeshJson.Indented);
            file.Flush(flushToDisk: true);
        }

        File.Move(written, _path, overwrite: true);
    }
}
