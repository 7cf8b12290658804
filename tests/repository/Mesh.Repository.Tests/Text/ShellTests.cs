using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

/// <summary>A script that fails says so. A file without a first line for a shell is only ever read by one that has it.</summary>
public sealed class ShellTests
{
    // The first program of the test bed's guest: if it ended, whatever had failed, the guest's kernel would panic.
    private const string FirstProgram = "infra/testbed/guest/init";

    public static TheoryData<string> Scripts => [.. RepositoryFiles.TextFiles.Where(path => path != FirstProgram && IsScript(path))];

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
    public void It_can_be_run(string path)
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
