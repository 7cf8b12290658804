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
    public void Should_list_every_host_with_the_eligible_ones_first()
    {
        var answer = TargetRater.Rate(new(Given.Fleet().WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.Zero })), new("g1"));
        answer.Vm.ShouldBe(Given.IdOf("g1"));
        (answer.VmName, answer.Source).ShouldBe(("g1", Given.HostA));
        answer.Refusals.ShouldBeEmpty();
        answer.Ratings.Select(rating => rating.Host).ShouldBe([Given.HostC, Given.HostA, Given.HostB]);
        answer.Ratings.Select(rating => rating.Refusals is [var first, ..] ? first.Code : (RefusalCode?)null)
            .ShouldBe([null, RefusalCode.SameHost, RefusalCode.NotEnoughMemory]);
        answer.Ratings[0].Score.ShouldBeGreaterThan(0);
        answer.Ratings[1].Score.ShouldBe(0);
    }

    [Fact]
    public void Should_rate_only_the_requested_host()
    {
        var fleet = new FleetIndex(Given.Fleet());
        TargetRater.Rate(fleet, new("g1", To: Given.HostC)).Ratings.ShouldHaveSingleItem().Host.ShouldBe(Given.HostC);
        TargetRater.Rate(fleet, new("g1", To: new HostName("hostx"))).Ratings.ShouldHaveSingleItem().Refusals.ShouldHaveSingleItem().Code
            .ShouldBe(RefusalCode.UnknownHost);
    }

    [Fact]
    public void Should_report_refusals_for_the_VM_and_still_rate_the_hosts()
    {
        var fleet = new FleetIndex(Given.Fleet().WithVm(vm => vm with { HostDevices = [new("pci", "0000:3b:00.0")] }));
        var answer = TargetRater.Rate(fleet, new("g1", new MigrationOptions { KeepAliveCount = 0 }));
        answer.Refusals.Select(refusal => refusal.Code).ShouldBe([RefusalCode.InvalidOption, RefusalCode.HostDeviceAttached]);
        answer.Ratings.Count(rating => rating.Refusals.Count == 0).ShouldBe(2);
    }

    [Fact]
    public void Should_report_an_unknown_VM()
    {
        var answer = TargetRater.Rate(new(Given.Fleet()), new("g9"));
        (answer.Vm, answer.VmName, answer.Source).ShouldBe((null, "g9", null));
        answer.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownVm);
        answer.Ratings.ShouldBeEmpty();
    }

    [Fact]
    public void Should_give_the_same_result_for_an_exported_fleet()
    {
        foreach (var (_, cause, query) in EligibilityCases.Refused)
        {
            var request = new RateTargets(query.Vm, query.Options);
            var exported = JsonSerializer.Deserialize<Fleet>(JsonSerializer.Serialize(query.Fleet, MeshJson.Indented), MeshJson.Options)!;
            Text(TargetRater.Rate(new(exported), request)).ShouldBe(Text(TargetRater.Rate(new(query.Fleet), request)), cause);
        }
    }

    private static string Text(RateTargetsAnswer answer) => JsonSerializer.Serialize(answer, MeshJson.Options);
}
