using System.Diagnostics;

namespace Mesh.Testing.Real;

/// <summary>A process that runs until it is killed, with everything it says kept for the failure's message.</summary>
public sealed class BackgroundProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private BackgroundProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, said) => Keep(said.Data);
        process.ErrorDataReceived += (_, said) => Keep(said.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public string Said
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

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
    }
}
