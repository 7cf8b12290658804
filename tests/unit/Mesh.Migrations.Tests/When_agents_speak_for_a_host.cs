using Mesh.Contracts.Hosts;
using Mesh.Migrations.Hosts;

namespace Mesh.Migrations.Tests;

public sealed class When_agents_speak_for_a_host
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly HostIdentity Known = HostIdentity.Unknown.Judge(Speaker(10, "a"), HostHealth.Suspect, Now).Identity;

    [Theory]
    [InlineData(10, "a", HostHealth.Healthy, IdentityVerdict.Accepted, "the same process")]
    [InlineData(10, "", HostHealth.Healthy, IdentityVerdict.Accepted, "the same process, without its UUID")]
    [InlineData(10, "A", HostHealth.Healthy, IdentityVerdict.Accepted, "UUIDs have no case")]
    [InlineData(11, "a", HostHealth.Healthy, IdentityVerdict.Accepted, "a restarted agent")]
    [InlineData(11, "", HostHealth.Healthy, IdentityVerdict.Unidentified, "a restarted agent, or another host: its inventory will say")]
    [InlineData(11, "", HostHealth.Unresponsive, IdentityVerdict.Accepted, "nobody else is heard")]
    [InlineData(11, "b", HostHealth.Healthy, IdentityVerdict.Conflict, "another host of this name")]
    [InlineData(11, "b", HostHealth.Suspect, IdentityVerdict.Conflict, "the known one may only be late")]
    [InlineData(11, "b", HostHealth.Unresponsive, IdentityVerdict.Replaced, "the host was reinstalled")]
    [InlineData(11, "b", HostHealth.Fenced, IdentityVerdict.Replaced, "the fenced host was replaced")]
    [InlineData(10, "b", HostHealth.Healthy, IdentityVerdict.Conflict, "two processes that began at once")]
    [InlineData(9, "a", HostHealth.Healthy, IdentityVerdict.Late, "an ended process, heard late")]
    [InlineData(9, "b", HostHealth.Healthy, IdentityVerdict.Conflict, "another host, whose agent began earlier")]
    [InlineData(9, "a", HostHealth.Unresponsive, IdentityVerdict.Stale, "the clock was set back")]
    [InlineData(9, "b", HostHealth.Fenced, IdentityVerdict.Stale, "the epoch never falls")]
    public void Should_count_what_fits(long epoch, string uuid, HostHealth health, IdentityVerdict verdict, string why) =>
        Known.Judge(Speaker(epoch, uuid), health, Now).Verdict.ShouldBe(verdict, why);

    [Fact]
    public void Should_find_two_agents_on_one_host_by_a_message_that_the_older_made_later()
    {
        var restarted = Known.Judge(Speaker(11, "a"), HostHealth.Healthy, Now).Identity;
        restarted.Judge(Speaker(10, "a", Now.AddSeconds(-1)), HostHealth.Healthy, Now).Verdict.ShouldBe(IdentityVerdict.Late);

        var (conflict, verdict) = restarted.Judge(Speaker(10, "a", Now.AddSeconds(6)), HostHealth.Healthy, Now.AddSeconds(6));
        verdict.ShouldBe(IdentityVerdict.Conflict);
        (conflict.AgentEpoch, conflict.Rival!.AgentEpoch).ShouldBe((11, 10));
    }

    [Fact]
    public void Should_know_the_reports_of_a_rival_by_its_inventory()
    {
        var conflict = Known.Judge(Speaker(11, "b"), HostHealth.Healthy, Now).Identity;

        var (later, verdict) = conflict.Judge(Speaker(11, ""), HostHealth.Healthy, Now.AddSeconds(30));

        verdict.ShouldBe(IdentityVerdict.Conflict);
        later.Rival.ShouldBe(new RivalAgent(11, "b", Now, Now.AddSeconds(30)));
        (later.AgentEpoch, later.HostUuid).ShouldBe((10, "a"));
        later.HasRival(Now.AddSeconds(60), TimeSpan.FromSeconds(60)).ShouldBeTrue();
        later.HasRival(Now.AddSeconds(91), TimeSpan.FromSeconds(60)).ShouldBeFalse("it has stopped");
    }

    [Fact]
    public void Should_follow_the_rival_once_the_known_one_is_silent()
    {
        var conflict = Known.Judge(Speaker(11, "b"), HostHealth.Healthy, Now).Identity;

        var (followed, verdict) = conflict.Judge(Speaker(11, ""), HostHealth.Unresponsive, Now.AddMinutes(2));
        verdict.ShouldBe(IdentityVerdict.Replaced);
        (followed.AgentEpoch, followed.HostUuid, followed.Rival).ShouldBe((11, "b", null));

        followed.Judge(Speaker(10, "a"), HostHealth.Healthy, Now.AddMinutes(2)).Verdict.ShouldBe(IdentityVerdict.Conflict, "the first one is back");
    }

    [Fact]
    public void Should_learn_the_uuid_of_a_process_that_was_followed_without_it()
    {
        var unidentified = Known.Judge(Speaker(11, ""), HostHealth.Unresponsive, Now).Identity;
        unidentified.Judge(Speaker(11, "b"), HostHealth.Healthy, Now).Verdict.ShouldBe(IdentityVerdict.Accepted);
    }

    private static AgentSpeaker Speaker(long epoch, string uuid, DateTimeOffset? at = null) => new(epoch, uuid, at ?? Now);
}
