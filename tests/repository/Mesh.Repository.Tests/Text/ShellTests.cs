using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

/// <summary>A script stops at its first failure. A file without a shebang line is only sourced by scripts that have one.</summary>
public sealed class ShellTests
{
    // The init process of the test bed's guest: if it exited after a failure, the guest's kernel would panic.
    private const string InitProgram = "infra/testbed/guest/init";

    public static TheoryData<string> Scripts => [.. RepositoryFiles.TextFiles.Where(path => path != InitProgram && IsScript(path))];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void It_stops_at_the_first_failure(string path)
    {
        var text = RepositoryFiles.Read(path);
        var isBash = text.Split('\n')[0].Contains("bash", StringComparison.Ordinal);

        text.Split('\n').ShouldContain(line => line.StartsWith(isBash ? "set -euo pipefail" : "set -eu", StringComparison.Ordinal), path);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void It_is_executable(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(RepositoryRoot.At(path)).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue($"{path} is not executable");
    }

    private static bool IsScript(string path)
    {
        using var reader = File.OpenText(RepositoryRoot.At(path));
        return reader.ReadLine() is { } first && first.StartsWith("#!", StringComparison.Ordinal) && first.Contains("sh", StringComparison.Ordinal);
    }
}
