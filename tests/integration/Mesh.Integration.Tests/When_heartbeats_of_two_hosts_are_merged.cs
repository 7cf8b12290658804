using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>What all other tests rest on when they say that a guest ran once and without a break: <c>testbed.sh continuity</c>.</summary>
public sealed class When_heartbeats_of_two_hosts_are_merged : IDisposable
{
    private readonly DirectoryInfo _bed = Directory.CreateTempSubdirectory("mesh-heartbeats-");

    public void Dispose() => _bed.Delete(recursive: true);

    [Fact]
    public async Task A_move_there_and_back_is_whole()
    {
        var (code, said) = await MergeAsync([Beat(1), Beat(2), Beat(5)], [Beat(3), Beat(4)]);

        said.ShouldBe("boots=1 first=1 last=5 missing=0 twice=0 back=0 path=hosta,hostb,hosta");
        code.ShouldBe(0);
    }

    [Fact]
    public async Task A_heartbeat_after_the_head_of_one_that_was_cut_counts_for_itself()
    {
        var (code, said) = await MergeAsync([Beat(1), Beat(2)[..^12] + Beat(5)], [Beat(2)[^12..], Beat(3), Beat(4)]);

        said.ShouldBe("boots=1 first=1 last=5 missing=1 twice=0 back=0 path=hosta,hostb,hosta");
        code.ShouldBe(0);
    }

    [Fact]
    public async Task Two_halves_that_meet_are_no_heartbeat()
    {
        var (code, said) = await MergeAsync([Beat(1), Beat(2)[..20] + Beat(5)[20..], Beat(6)], [Beat(2)[20..], Beat(3), Beat(4), Beat(5)[..20]]);

        said.ShouldBe("boots=1 first=1 last=6 missing=2 twice=0 back=0 path=hosta,hostb,hosta");
        code.ShouldBe(0);
    }

    [Fact]
    public async Task What_ran_twice_is_found()
    {
        var (code, said) = await MergeAsync([Beat(1), Beat(2), Beat(3)], [Beat(3), Beat(4)]);

        said.ShouldContain("twice=1");
        code.ShouldBe(1);
    }

    [Fact]
    public async Task A_second_boot_is_found()
    {
        var (code, said) = await MergeAsync([Beat(1), Beat(2)], [Beat(3, boot: "4be1c9d2")]);

        said.ShouldContain("boots=2");
        code.ShouldBe(1);
    }

    private static string Beat(int number, string boot = "1dd8059e") =>
        $"HB seq={number} boot={boot} t={number}.500 dirty=2.0 disk=0.0 err=0 derr=0 of={number} end";

    private async Task<(int Code, string Said)> MergeAsync(string[] hosta, string[] hostb)
    {
        foreach (var (host, lines) in new[] { ("hosta", hosta), ("hostb", hostb) })
            await File.WriteAllLinesAsync(Path.Combine(_bed.CreateSubdirectory($"{host}/log").FullName, "g1.console"), lines);
        var result = await Shell.RunAsync(
            "bash", ["-c", "source \"$1/lib/guest.sh\"; bed=$2 hosts=(hosta hostb); guest_continuity g1", "-", Path.GetDirectoryName(Repository.TestBedScript)!, _bed.FullName]);
        return (result.ExitCode, result.Output);
    }
}
