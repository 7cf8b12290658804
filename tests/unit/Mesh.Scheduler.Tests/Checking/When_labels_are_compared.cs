using Mesh.Contracts.Scheduling;
using Mesh.Hypervisor;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_labels_are_compared
{
    private static readonly IReadOnlyDictionary<string, string> Host = Given.Labels(("zone", "a"), ("rack", "12"), ("host", "hosta"));

    [Theory]
    [InlineData("zone", LabelOperator.In, "a,b", true)]
    [InlineData("zone", LabelOperator.In, "b,c", false)]
    [InlineData("disk", LabelOperator.In, "ssd", false)]
    [InlineData("zone", LabelOperator.NotIn, "b,c", true)]
    [InlineData("zone", LabelOperator.NotIn, "a", false)]
    [InlineData("disk", LabelOperator.NotIn, "ssd", true)]
    [InlineData("zone", LabelOperator.Exists, "", true)]
    [InlineData("disk", LabelOperator.Exists, "", false)]
    [InlineData("zone", LabelOperator.DoesNotExist, "", false)]
    [InlineData("disk", LabelOperator.DoesNotExist, "", true)]
    [InlineData("rack", LabelOperator.GreaterThan, "9", true)]
    [InlineData("rack", LabelOperator.GreaterThan, "12", false)]
    [InlineData("rack", LabelOperator.LessThan, "100", true)]
    [InlineData("rack", LabelOperator.LessThan, "12", false)]
    [InlineData("zone", LabelOperator.GreaterThan, "1", false)]
    [InlineData("zone", LabelOperator.LessThan, "1", false)]
    [InlineData("disk", LabelOperator.LessThan, "1", false)]
    [InlineData("rack", LabelOperator.LessThan, "100,200", false)]
    public void Should_follow_the_operator(string key, LabelOperator op, string values, bool isMet) =>
        LabelSelector.MatchesRequirements(Host, [new LabelRequirement(key, op, values.Length == 0 ? [] : values.Split(','))]).ShouldBe(isMet);

    [Fact]
    public void Should_require_all_of_several()
    {
        LabelSelector.MatchesRequirements(Host, [new("zone", LabelOperator.In, ["a"]), new("disk", LabelOperator.Exists, [])]).ShouldBeFalse();
        LabelSelector.MatchesRequirements(Host, []).ShouldBeTrue();
        LabelSelector.MatchesLabels(Host, Given.Labels(("zone", "a"), ("rack", "12"))).ShouldBeTrue();
        LabelSelector.MatchesLabels(Host, Given.Labels(("zone", "a"), ("rack", "13"))).ShouldBeFalse();
    }

    [Fact]
    public void Should_be_described() => LabelSelector.Describe(
    [
        new("zone", LabelOperator.In, ["a", "b"]), new("rack", LabelOperator.GreaterThan, ["9"]), new("gpu", LabelOperator.DoesNotExist, []),
        new("disk", LabelOperator.In, ["ssd"]),
    ]).ShouldBe("zone in (a, b) and rack > 9 and no label gpu and disk=ssd");

    [Fact]
    public void Should_include_the_name_of_each_host_whatever_its_labels_are()
    {
        var fleet = Given.Fleet().WithInventory(Given.HostB, inventory => inventory with { Labels = Given.Labels(("host", "another")) });
        new FleetIndex(fleet).FindHost(Given.HostB)!.Labels["host"].ShouldBe("hostb");
    }

    [Theory]
    [InlineData("10.0.2", 10, 0)]
    [InlineData("9.2", 9, 2)]
    [InlineData("7", 7, 0)]
    [InlineData("QEMU emulator version 8.2.2 (Debian 1:8.2.2+ds-0)", 8, 2)]
    [InlineData("9.0.0-rc1", 9, 0)]
    public void Should_read_versions_leniently(string text, int major, int minor) => HypervisorVersion.Parse(text).ShouldBe(new HypervisorVersion(major, minor));

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("99999999999")]
    public void Should_not_read_an_unknown_version(string text) => HypervisorVersion.Parse(text).ShouldBeNull();
}
