using System.Globalization;
using System.Text.RegularExpressions;

namespace Mesh.Testing.Fixtures;

/// <summary>The hosts and guests of <c>infra/testbed</c>; removed when this process ends.</summary>
public sealed partial class TestBed : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mb-");

    private TestBed(IReadOnlyList<string> hosts) => Hosts = hosts;

    public IReadOnlyList<string> Hosts { get; }

    private Dictionary<string, string> Environment => new(StringComparer.Ordinal)
    {
        ["MESH_TESTBED"] = _directory.FullName,
        ["MESH_TESTBED_OWNER"] = System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
    };

    public static async Task<TestBed> StartAsync(IReadOnlyList<string> hosts)
    {
        var bed = new TestBed(hosts);
        await bed.RunAsync(["up", .. hosts]);
        return bed;
    }

    /// <summary>Runs a command of the test bed, which must succeed.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var result = await TryRunAsync(arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"testbed.sh {string.Join(' ', arguments)}: {result}");
    }

    public Task<ShellResult> TryRunAsync(params string[] arguments) => Shell.RunAsync(Repository.TestBedScript, arguments, Environment);

    /// <summary>Starts a process inside a host; killing it kills its children, too.</summary>
    public BackgroundProcess StartInside(string host, string command, params string[] arguments) =>
        BackgroundProcess.Start(Repository.TestBedScript, ["exec", host, command, .. arguments], Environment);

    /// <summary>Starts a guest with the given dirty rate, and returns when it is ready.</summary>
    public Task StartGuestAsync(string host, string name, params string[] settings) => RunAsync(["guest", host, name, "HB=100", .. settings]);

    public Task<string> VirshAsync(string host, params string[] arguments) => RunAsync(["virsh", host, .. arguments]);

    /// <summary>The names of the VMs that run on a host.</summary>
    public async Task<IReadOnlyList<string>> ListRunningAsync(string host) =>
        (await VirshAsync(host, "list", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Fails unless the guest's memory and disk are intact, it has never rebooted, and no heartbeat is duplicated or on both hosts.</summary>
    public async Task VerifyGuestAsync(string host, string guest)
    {
        await RunAsync("verify", host, guest);
        await RunAsync("continuity", guest);
    }

    /// <summary>The number of heartbeats that a guest has logged on a host.</summary>
    public async Task<int> CountHeartbeatsAsync(string host, string guest)
    {
        var path = LogPath(host, $"{guest}.console");
        if (!File.Exists(path))
            return 0;

        // QEMU is writing to it.
        await using var console = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(console);
        return (await reader.ReadToEndAsync()).Split('\n').Count(line => line.StartsWith("HB ", StringComparison.Ordinal));
    }

    /// <summary>Removes a guest wherever it is.</summary>
    public async Task RemoveGuestAsync(string guest)
    {
        foreach (var host in Hosts)
        {
            await TryRunAsync("virsh", host, "destroy", guest);
            await TryRunAsync("virsh", host, "undefine", guest);
        }
    }

    /// <summary>State and reason of a VM as printed by virsh, such as <c>paused (migrating)</c>; null if the host does not have it.</summary>
    public async Task<string?> GetStateAsync(string host, string guest)
    {
        var answer = await TryRunAsync("virsh", host, "domstate", guest, "--reason");
        if (answer.ExitCode == 0)
            return answer.Output;
        return answer.Error.Contains("failed to get domain", StringComparison.Ordinal) ? null : $"unknown: {answer.Error}";
    }

    /// <summary>
    /// The run time of each vCPU of a VM in its period, in microseconds (<c>vcpu_quota</c>); -1 for unlimited, null if the host does not
    /// have the VM.
    /// </summary>
    public async Task<long?> GetVcpuQuotaAsync(string host, string guest)
    {
        var answer = await TryRunAsync("virsh", host, "schedinfo", guest);
        return answer.ExitCode == 0 ? long.Parse(QuotaLine().Match(answer.Output).Groups["quota"].Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The path of a host's private image, outside of the host.</summary>
    public string ImagePath(string host, string file) => Path.Combine(_directory.FullName, host, "lib", "images", file);

    /// <summary>The path of a host's log, outside of the host.</summary>
    public string LogPath(string host, string file) => Path.Combine(_directory.FullName, host, "log", file);

    public async ValueTask DisposeAsync()
    {
        await TryRunAsync("down");
        if (_directory.Exists)
            _directory.Delete(recursive: true);
    }

    [GeneratedRegex(@"^vcpu_quota\s*:\s*(?<quota>-?\d+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QuotaLine();
}
