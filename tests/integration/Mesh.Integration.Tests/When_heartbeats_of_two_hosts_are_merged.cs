using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>Tests <c>testbed.sh continuity</c>, by which all other tests verify that a guest ran exactly once and without a gap.</summary>
public sealed class When_heartbeats_of_two_hosts_are_merged : IDisposable
{
    private readonly DirectoryInfo _bed = Directory.CreateTempSubdirectory("mesh-heartbeats-");

    public void Dispose() => _bed.Delete(recursive: true);

    [Fact]
    public async Task A_move_to_the_destination_and_back_is_continuous()
    {
        var (code, output) = await MergeAsync([Beat(1), Beat(2), Beat(5)], [Beat(3), Beat(4)]);

        output.ShouldBe("boots=1 first=1 last=5 missing=0 twice=0 back=0 path=hosta,hostb,hosta");
        code.ShouldBe(0);
    }

    [Fact]
    public async Task A_heartbeat_after_the_head_of_a_truncated_one_counts()
    {
        var (code, output) = await MergeAsync([Beat(1), Beat(2)[..^12] + Beat(5)], [Beat(2)[^12..], Beat(3), Beat(4)]);

        output.ShouldBe("boots=1 first=1 last=5 missing=1 twice=0 back=0 path=hosta,hostb,hosta");
        code.ShouldBe(0);
    }

    [Fact]
    public async Task Two_halves_of_different_heartbeats_are_not_a_heartbeat()
    {
        var (code, output) = await MergeAsync([Beat(1), Beat(2)[..20] + Beat(5)[20..], Beat(6)], [Beat(2)[20..], Beat(3), Beat(4), Beat(5)[..20]]);

        output.ShouldBe("boots=1 first=1 last=6 missing=2 twice=0 back=0 path=hosta,hostb,hosta");
        code.ShouldBe(0);
    }

    [Fact]
    public async Task A_duplicate_heartbeat_is_found()
    {
        var (code, output) = await MergeAsync([Beat(1), Beat(2), Beat(3)], [Beat(3), Beat(4)]);

        output.ShouldContain("twice=1");
        code.ShouldBe(1);
    }

    [Fact]
    public async Task A_second_boot_is_found()
    {
        var (code, output) = await MergeAsync([Beat(1), Beat(2)], [Beat(3, boot: "4be1c9d2")]);

        output.ShouldContain("boots=2");
        code.ShouldBe(1);
    }

    private static string Beat(int number, string boot = "1dd8059e") =>
        $"HB seq={number} boot={boot} t={number}.500 dirty=2.0 disk=0.0 err=0 derr=0 of={number} end";

    private async Task<(int Code, string Output)> MergeAsync(string[] hosta, string[] hostb)
    {
        foreach (var (host, lines) in new[] { ("hosta", hosta), ("hostb", hostb) })
            await File.WriteAllLinesAsync(Path.Combine(_bed.CreateSubdirectory($"{host}/log").FullName, "g1.console"), lines);
        var result = await Shell.RunAsync(
            "bash", ["-c", "source \"$1/lib/guest.sh\"; bed=$2 hosts=(hosta hostb); guest_continuity g1", "-", Path.GetDirectoryName(Repository.TestBedScript)!, _bed.FullName]);
        return (result.ExitCode, result.Output);
    }
}
