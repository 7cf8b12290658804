using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_targets_are_listed
{
    [Fact]
    public void Should_list_every_host_those_first_that_can_take_it()
    {
        var rated = TargetRater.Rate(new(Given.Fleet().WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.Zero })), new("g1"));
        rated.Vm.ShouldBe(Given.IdOf("g1"));
        (rated.VmName, rated.Source).ShouldBe(("g1", Given.HostA));
        rated.Refusals.ShouldBeEmpty();
        rated.Ratings.Select(rating => rating.Host).ShouldBe([Given.HostC, Given.HostA, Given.HostB]);
        rated.Ratings.Select(rating => rating.Refusals is [var first, ..] ? first.Code : (RefusalCode?)null)
            .ShouldBe([null, RefusalCode.SameHost, RefusalCode.NotEnoughMemory]);
        rated.Ratings[0].Score.ShouldBeGreaterThan(0);
        rated.Ratings[1].Score.ShouldBe(0);
    }

    [Fact]
    public void Should_look_at_one_host_only_if_one_is_meant()
    {
        var fleet = new FleetIndex(Given.Fleet());
        TargetRater.Rate(fleet, new("g1", To: Given.HostC)).Ratings.ShouldHaveSingleItem().Host.ShouldBe(Given.HostC);
        TargetRater.Rate(fleet, new("g1", To: new HostName("hostx"))).Ratings.ShouldHaveSingleItem().Refusals.ShouldHaveSingleItem().Code
            .ShouldBe(RefusalCode.UnknownHost);
    }

    [Fact]
    public void Should_say_what_speaks_against_the_machine_and_rate_the_hosts_all_the_same()
    {
        var fleet = new FleetIndex(Given.Fleet().WithVm(vm => vm with { HostDevices = [new("pci", "0000:3b:00.0")] }));
        var rated = TargetRater.Rate(fleet, new("g1", new MigrationOptions { KeepAliveCount = 0 }));
        rated.Refusals.Select(refusal => refusal.Code).ShouldBe([RefusalCode.InvalidOption, RefusalCode.HostDeviceAttached]);
        rated.Ratings.Count(rating => rating.Refusals.Count == 0).ShouldBe(2);
    }

    [Fact]
    public void Should_say_that_no_such_machine_is_known()
    {
        var rated = TargetRater.Rate(new(Given.Fleet()), new("g9"));
        (rated.Vm, rated.VmName, rated.Source).ShouldBe((null, "g9", null));
        rated.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownVm);
        rated.Ratings.ShouldBeEmpty();
    }

    [Fact]
    public void Should_say_the_same_of_an_exported_fleet()
    {
        foreach (var (_, cause, question) in EligibilityCases.Refused)
        {
            var ask = new RateTargets(question.Vm, question.Options);
            var exported = JsonSerializer.Deserialize<Fleet>(JsonSerializer.Serialize(question.Fleet, MeshJson.Indented), MeshJson.Options)!;
            Text(TargetRater.Rate(new(exported), ask)).ShouldBe(Text(TargetRater.Rate(new(question.Fleet), ask)), cause);
        }
    }

    private static string Text(RateTargetsAnswer rated) => JsonSerializer.Serialize(rated, MeshJson.Options);
}
