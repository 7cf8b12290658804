using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_rules_are_saved : IAsyncLifetime
{
    private const string GoldOnC = "hostAffinity:\n  - { name: gold-on-c, vms: { tier: gold }, hosts: { host: hostc } }\n";

    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await TestMesh.StartAsync(["g1"], ("Scheduling:PreparingPerHost", "0"), ("Scheduling:OutboundPerHost", "1"));
        await _mesh.SendInventoryAsync(TestMessages.Inventory("hosta", vms: [TestMessages.Vm("g1"), TestMessages.Vm("g2", ("tier", "gold"))]));
        await _mesh.SendInventoryAsync(TestMessages.Inventory("hostc", vms: [.. Enumerable.Range(0, 20).Select(number => TestMessages.Vm($"c{number}"))]));
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_begin_without_any()
    {
        var kept = await ShowAsync();

        kept.Rules.ShouldNotBeNull().HostAffinity.ShouldBeEmpty();
        (kept.UpdatedBy, kept.UpdatedAt, kept.Diagnostics.Count).ShouldBe((null, null, 0));
    }

    [Fact]
    public async Task Should_be_shown_with_who_kept_them_also_after_a_restart()
    {
        var kept = await KeepAsync(GoldOnC);
        kept.Diagnostics.ShouldBeEmpty();

        await _mesh.RestartSchedulerAsync();

        var shown = await ShowAsync();
        shown.Rules.ShouldNotBeNull().HostAffinity.ShouldHaveSingleItem().Name.ShouldBe("gold-on-c");
        (shown.UpdatedBy, shown.UpdatedAt).ShouldBe(("jane", _mesh.Time.GetUtcNow()));
        (kept.UpdatedBy, kept.UpdatedAt).ShouldBe((shown.UpdatedBy, shown.UpdatedAt));
        (await KeepAsync("taints: []\n")).Rules.ShouldNotBeNull();
        (await ShowAsync()).Rules.ShouldNotBeNull().HostAffinity.ShouldBeEmpty("those that were kept last are all that count");
    }

    [Fact]
    public async Task Should_apply_from_the_next_pass_on()
    {
        await _mesh.QueueAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await _mesh.QueueAsync("g2");
        await KeepAsync(GoldOnC);

        await _mesh.EndAsync("g1");

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2"))[0].Destination.ShouldBe(new HostName("hostc"), "without the rule the emptier hostb is better");
        (await _mesh.RequestAsync(TestMessages.Request("g2", "hostb", "again"))).Refusals.ShouldContain(refusal => refusal.Code == RefusalCode.HostLabelMismatch);
    }

    [Fact]
    public async Task Should_be_refused_with_line_and_field_and_leave_those_before()
    {
        await KeepAsync(GoldOnC);

        var refused = await KeepAsync("taints:\n  - { name: gpu, hosts: { gpu: \"1\" }, wait: 3 }\n  - { name: gpu, hosts: { gpu: \"1\" } }\n");

        refused.Rules.ShouldBeNull();
        refused.Diagnostics.Select(fault => (fault.Line, fault.Field)).ShouldBe([(2, "taints[0].wait"), (3, "taints[1].name")], ignoreOrder: true);
        (await ShowAsync()).Rules.ShouldNotBeNull().HostAffinity.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Should_only_be_checked_by_a_dry_run()
    {
        var checkedOnly = await _mesh.AskAsync<ApplyRules, RulesAnswer>(new ApplyRules(GoldOnC, "jane", DryRun: true));

        checkedOnly.Rules.ShouldNotBeNull().HostAffinity.ShouldHaveSingleItem();
        (await ShowAsync()).Rules.ShouldNotBeNull().HostAffinity.ShouldBeEmpty();
        _mesh.Scheduler.Log.ShouldNotContain(line => line.StartsWith("5031 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_count_for_nothing_when_they_cannot_be_read_and_be_told_of_once()
    {
        await KeepAsync(GoldOnC);
        await _mesh.StopSchedulerAsync();
        using (var store = new TestStore(_mesh.Location))
            await store.DamageAsync("UPDATE placement_rules SET document = '{ half', kept_at = 'lately'");
        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow());

        (await _mesh.RequestAsync(TestMessages.Request("g2", "hostb"))).Refusals.ShouldBeEmpty();
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2");

        var shown = await ShowAsync();
        shown.Rules.ShouldBeNull();
        shown.Diagnostics.ShouldNotBeEmpty();
        (shown.UpdatedBy, shown.UpdatedAt).ShouldBe(("jane", null));
        _mesh.PassCount.ShouldBeGreaterThan(1);
        _mesh.Scheduler.Log.Where(line => line.StartsWith("5030 ", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("count for nothing until they are kept anew: line 1");

        (await KeepAsync(GoldOnC)).Diagnostics.ShouldBeEmpty();
        (await ShowAsync()).Rules.ShouldNotBeNull();
    }

    private Task<RulesAnswer> KeepAsync(string document) => _mesh.AskAsync<ApplyRules, RulesAnswer>(new ApplyRules(document, "jane"));

    private Task<RulesAnswer> ShowAsync() => _mesh.AskAsync<GetRules, RulesAnswer>(new GetRules());
}
