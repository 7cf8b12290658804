using System.Diagnostics;
using System.Globalization;

namespace Mesh.Testing.Fixtures;

/// <summary>A process that runs until it is killed; its output is collected for error messages.</summary>
public sealed class BackgroundProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private BackgroundProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
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

    /// <summary>Sends SIGKILL, like a crash.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops the process and its children with SIGSTOP until <see cref="ResumeAsync"/>.</summary>
    public Task SuspendAsync() => SignalAsync("STOP");

    /// <summary>Continues a suspended process; does nothing if it has been killed.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    // A process inside a host of the test bed is a child of the started process: signal both.
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
