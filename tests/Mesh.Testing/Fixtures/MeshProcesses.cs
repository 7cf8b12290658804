namespace Mesh.Testing.Fixtures;

/// <summary>The mesh's own processes: one of all services, or one of each.</summary>
public sealed class MeshProcesses(string broker, string url) : IDisposable
{
    /// <summary><c>mesh up</c>.</summary>
    public const string AllInOne = "mesh";

    public const string Gateway = "gateway";

    public const string Migrations = "migrations";

    public const string Policy = "policy";

    public const string Scheduler = "scheduler";

    // One line for each request of a test that looks ten times a second would bury what matters.
    private static readonly string[] QuietLogging = ["--Logging:LogLevel:Microsoft.AspNetCore", "Warning"];

    private readonly Dictionary<string, BackgroundProcess> _running = new(StringComparer.Ordinal);
    private readonly List<string> _endedOutput = [];

    /// <summary>Where the mesh keeps its state; changed before a start to move to another store.</summary>
    public required string Store { get; set; }

    /// <summary>Further settings, by the names of environment variables such as <c>Scheduling__ClusterMax</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What they said, those that are gone included.</summary>
    public string Output => string.Join('\n', [.. _endedOutput, .. _running.Select(process => Describe(process.Key, process.Value))]);

    /// <summary>Why the mesh cannot answer: a process that has ended by itself; null if none has.</summary>
    public string? OutputOfEnded => _running.Where(process => process.Value.HasExited).Select(process => Describe(process.Key, process.Value)).FirstOrDefault();

    public void Start(string service) => _running[service] = service switch
    {
        Gateway => BackgroundProcess.Start(Repository.Executable("Mesh.Gateway"), ["--Bus:Broker", broker, "--Gateway:Listen", url, .. QuietLogging], Settings),
        Migrations => BackgroundProcess.Start(Repository.Executable("Mesh.Migrations.Host"), ["--Bus:Broker", broker, "--Store:Location", Store, .. QuietLogging], Settings),
        Policy => BackgroundProcess.Start(Repository.Executable("Mesh.Policy.Host"), ["--Bus:Broker", broker, "--Store:Location", GetStore(Policy), .. QuietLogging], Settings),
        Scheduler => BackgroundProcess.Start(Repository.Executable("Mesh.Scheduler.Host"), ["--Bus:Broker", broker, "--Store:Location", GetStore(Scheduler), .. QuietLogging], Settings),
        _ => BackgroundProcess.Start(Repository.MeshExecutable, ["up", "--broker", broker, "--store", Store, "--listen", url], Settings),
    };

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(string service)
    {
        if (!_running.Remove(service, out var process))
            return;
        await process.KillAsync();
        _endedOutput.Add(Describe(service, process));
        process.Dispose();
    }

    public void Dispose()
    {
        foreach (var process in _running.Values)
            process.Dispose();
    }

    // A file has one owner; a database server has room for all.
    private string GetStore(string service) => Store.StartsWith("postgres:", StringComparison.Ordinal) ? Store : $"{Store}-{service}";

    private static string Describe(string service, BackgroundProcess process) => $"--- {service}\n{process.Output}";
}
