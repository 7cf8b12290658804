using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Durability.Tests;

/// <summary>A file system of a few megabytes that only one process sees: it goes with the process, and nobody else's disk is touched.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("mesh-disk-");
    private BackgroundProcess? _process;

    /// <summary>Where the process finds it.</summary>
    public string Path => _place.FullName;

    /// <summary>What the process has said.</summary>
    public string Output => _process!.Output;

    /// <summary>The same place, seen from out here.</summary>
    private string Inside => $"/proc/{_process!.Id}/root{Path}";

    /// <summary>Runs a script that ends, with the disk mounted for it alone.</summary>
    public Task<ShellResult> RunAsync(string options, string script) => Shell.RunAsync("unshare", ["--mount", "bash", "-c", $"{Mount(options)} && {script}"]);

    /// <summary>Starts a command on the disk, in place of the shell that mounts it, so that its process is the one that is started.</summary>
    public void Start(string options, string command) =>
        _process = BackgroundProcess.Start("unshare", ["--mount", "bash", "-c", $"{Mount(options)} && exec {command}"]);

    /// <summary>Runs a command that sees the disk as the process does.</summary>
    public Task<ShellResult> RunBesideAsync(string command, params string[] arguments) => Shell.RunAsync(
        "nsenter", ["--target", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "--mount", command, .. arguments]);

    public Task AwaitOutputAsync(string words) => Eventually.HoldsAsync(
        () => Output.Contains(words, StringComparison.Ordinal) || (_process!.HasExited ? throw new InvalidOperationException($"it ended: {Output}") : false),
        $"the process says '{words}'", TimeSpan.FromSeconds(60));

    /// <summary>Takes all the room that is left.</summary>
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

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(System.IO.Path.Combine(Inside, "filler"));

    public void Dispose()
    {
        _process?.Dispose();
        _place.Delete(recursive: true);
    }

    private string Mount(string options) => $"mount -t tmpfs -o {options} tmpfs {Path}";
}
