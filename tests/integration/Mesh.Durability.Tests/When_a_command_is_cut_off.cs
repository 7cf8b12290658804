using System.Net;
using System.Net.Sockets;
using Mesh.Testing.Fixtures;

namespace Mesh.Durability.Tests;

/// <summary>The command as a shell runs it: signals, closed pipes and full disks.</summary>
public sealed class When_a_command_is_cut_off
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_it_with_the_code_that_shells_expect(string signal, int code)
    {
        // A gateway that never answers.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var result = await Shell.RunAsync(
            "timeout", ["--preserve-status", "-s", signal, "2", Repository.MeshExecutable, "watch", "--server", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"]);

        result.ExitCode.ShouldBe(code, result.ToString());
    }

    [Fact]
    public async Task A_reader_that_is_gone_ends_it_quietly()
    {
        var result = await Shell.RunAsync("bash", ["-c", $"{{ sleep 0.5; {Repository.MeshExecutable} --help; echo \"code $?\" >&2; }} | true"]);

        result.Error.ShouldBe("code 141");
    }

    [Fact]
    public async Task A_full_disk_ends_it_with_one_line()
    {
        var result = await Shell.RunAsync("bash", ["-c", $"{Repository.MeshExecutable} --help > /dev/full"]);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldBe("mesh: cannot write to standard output: No space left on device");
    }

    [Fact]
    public async Task A_full_disk_under_both_streams_is_no_crash()
    {
        var result = await Shell.RunAsync("bash", ["-c", $"{Repository.MeshExecutable} --help > /dev/full 2>&1"]);

        result.ExitCode.ShouldBe(1);
    }
}
