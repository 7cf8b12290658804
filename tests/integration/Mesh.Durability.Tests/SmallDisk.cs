using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Durability.Tests;

/// <summary>A file system of a few megabytes in the mount namespace of one process: it disappears with the process and affects nothing else.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _mountPoint = Directory.CreateTempSubdirectory("mesh-disk-");
    private BackgroundProcess? _process;

    /// <summary>The path inside the process.</summary>
    public string Path => _mountPoint.FullName;

    /// <summary>The output of the process.</summary>
    public string Output => _process!.Output;

    /// <summary>The same path, seen from outside.</summary>
    private string Inside => $"/proc/{_process!.Id}/root{Path}";

    /// <summary>Runs a script until it exits, with the disk mounted for it alone.</summary>
    public Task<ShellResult> RunAsync(string options, string script) => Shell.RunAsync("unshare", ["--mount", "bash", "-c", $"{Mount(options)} && {script}"]);

    /// <summary>Starts a command that replaces the shell that mounts the disk, so that it is the started process.</summary>
    public void Start(string options, string command) =>
        _process = BackgroundProcess.Start("unshare", ["--mount", "bash", "-c", $"{Mount(options)} && exec {command}"]);

    /// <summary>Runs a command in the mount namespace of the process.</summary>
    public Task<ShellResult> RunBesideAsync(string command, params string[] arguments) => Shell.RunAsync(
        "nsenter", ["--target", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "--mount", command, .. arguments]);

    public Task AwaitOutputAsync(string text) => Eventually.HoldsAsync(
        () => Output.Contains(text, StringComparison.Ordinal) || (_process!.HasExited ? throw new InvalidOperationException($"the process exited: {Output}") : false),
        $"the process prints '{text}'", TimeSpan.FromSeconds(60));

    /// <summary>Uses all free space.</summary>
    public void Fill()
    {
        using var filler = new FileStream(System.IO.Path.Combine(Inside, "filler"), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var size = 1 << 16;
        while (size > 0)
            try
            {
                filler.Write(new byte[size]);
            }
            catch (IOException)
            {
                size /= 2;
            }
    }

    /// <summary>Frees the space.</summary>
    public void Free() => File.Delete(System.IO.Path.Combine(Inside, "filler"));

    public void Dispose()
    {
        _process?.Dispose();
        _mountPoint.Delete(recursive: true);
    }

    private string Mount(string options) => $"mount -t tmpfs -o {options} tmpfs {Path}";
}
