namespace Mesh.Testing.Fixtures;

/// <summary>The processes of the mesh: one for all services, or one for each.</summary>
public sealed class MeshProcesses(string broker, string url) : IDisposable
{
    /// <summary><c>mesh up</c>.</summary>
    public const string AllInOne = "mesh";

    public const string Gateway = "gateway";

    public const string Migrations = "migrations";

    public const string Policy = "policy";

    public const string Scheduler = "scheduler";

    // Without a log line for every request of tests that poll ten times a second.
    private static readonly string[] QuietLogging = ["--Logging:LogLevel:Microsoft.AspNetCore", "Warning"];

    private readonly Dictionary<string, BackgroundProcess> _running = new(StringComparer.Ordinal);
    private readonly List<string> _endedOutput = [];

    /// <summary>The store of the mesh; change it before a start to use another one.</summary>
    public required string Store { get; set; }

    /// <summary>Additional settings, by the names of environment variables such as <c>Scheduling__ClusterMax</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The output of all processes, including those that have ended.</summary>
    public string Output => string.Join('\n', [.. _endedOutput, .. _running.Select(process => Describe(process.Key, process.Value))]);

    /// <summary>The output of a process that has exited by itself; null if none has.</summary>
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

    // A file has one owner; a database server can be shared.
    private string GetStore(string service) => Store.StartsWith("postgres:", StringComparison.Ordinal) ? Store : $"{Store}-{service}";

    private static string Describe(string service, BackgroundProcess process) => $"--- {service}\n{process.Output}";
}
