using System.Diagnostics;
using System.Globalization;

namespace Mesh.Testing.Fixtures;

/// <summary>A process that runs until it is killed, with everything it says kept for the failure's message.</summary>
public sealed class BackgroundProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private BackgroundProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, said) => Append(said.Data);
        process.ErrorDataReceived += (_, said) => Append(said.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    public static BackgroundProcess Start(string command, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new BackgroundProcess(Process.Start(start)!);
    }

    /// <summary>SIGKILL, as a crash; by the pid that was started.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Holds the process and what it has started itself, so that it is there but does nothing, until <see cref="ResumeAsync"/>.</summary>
    public Task SuspendAsync() => SignalAsync("STOP");

    /// <summary>Lets a held process go on; nothing happens if it has been killed meanwhile.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    // What runs inside a host of the test bed is the child of the process that was started: both are meant.
    private async Task SignalAsync(string signal)
    {
        if (_process.HasExited)
            return;
        var pid = _process.Id.ToString(CultureInfo.InvariantCulture);
        await Shell.RunAsync("bash", ["-c", "read -ra children </proc/$1/task/$1/children; kill -$2 $1 ${children[@]}", "signal", pid, signal]);
    }

    private void Append(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
    }
}
