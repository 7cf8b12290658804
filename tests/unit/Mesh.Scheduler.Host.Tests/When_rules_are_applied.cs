using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_rules_are_applied : IAsyncLifetime
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
    public async Task Should_start_without_any()
    {
        var applied = await ShowAsync();

        applied.Rules.ShouldNotBeNull().HostAffinity.ShouldBeEmpty();
        (applied.UpdatedBy, applied.UpdatedAt, applied.Diagnostics.Count).ShouldBe((null, null, 0));
    }

    [Fact]
    public async Task Should_be_shown_with_who_applied_them_after_a_restart()
    {
        var applied = await ApplyAsync(GoldOnC);
        applied.Diagnostics.ShouldBeEmpty();

        await _mesh.RestartSchedulerAsync();

        var shown = await ShowAsync();
        shown.Rules.ShouldNotBeNull().HostAffinity.ShouldHaveSingleItem().Name.ShouldBe("gold-on-c");
        (shown.UpdatedBy, shown.UpdatedAt).ShouldBe(("jane", _mesh.Time.GetUtcNow()));
        (applied.UpdatedBy, applied.UpdatedAt).ShouldBe((shown.UpdatedBy, shown.UpdatedAt));
        (await ApplyAsync("taints: []\n")).Rules.ShouldNotBeNull();
        (await ShowAsync()).Rules.ShouldNotBeNull().HostAffinity.ShouldBeEmpty("only the last document is in effect");
    }

    [Fact]
    public async Task Should_apply_from_the_next_pass_on()
    {
        await _mesh.QueueAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await _mesh.QueueAsync("g2");
        await ApplyAsync(GoldOnC);

        await _mesh.EndAsync("g1");

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2"))[0].Destination.ShouldBe(new HostName("hostc"), "without the rule the emptier hostb is better");
        (await _mesh.RequestAsync(TestMessages.Request("g2", "hostb", "again"))).Refusals.ShouldContain(refusal => refusal.Code == RefusalCode.HostLabelMismatch);
    }

    [Fact]
    public async Task Should_be_refused_with_line_and_field_and_leave_the_previous_ones()
    {
        await ApplyAsync(GoldOnC);

        var refused = await ApplyAsync("taints:\n  - { name: gpu, hosts: { gpu: \"1\" }, wait: 3 }\n  - { name: gpu, hosts: { gpu: \"1\" } }\n");

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
    public async Task Should_be_ignored_if_unreadable_and_logged_once()
    {
        await ApplyAsync(GoldOnC);
        await _mesh.StopSchedulerAsync();
        using (var store = new TestStore(_mesh.Location))
            await store.DamageAsync("UPDATE placement_rules SET document = '{ half', updated_at = 'lately'");
        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow());

        (await _mesh.RequestAsync(TestMessages.Request("g2", "hostb"))).Refusals.ShouldBeEmpty();
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2");

        var shown = await ShowAsync();
        shown.Rules.ShouldBeNull();
        shown.Diagnostics.ShouldNotBeEmpty();
        (shown.UpdatedBy, shown.UpdatedAt).ShouldBe(("jane", null));
        _mesh.PassCount.ShouldBeGreaterThan(1);
        _mesh.Scheduler.Log.Where(line => line.StartsWith("5030 ", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("are ignored until re-applied: line 1");

        (await ApplyAsync(GoldOnC)).Diagnostics.ShouldBeEmpty();
        (await ShowAsync()).Rules.ShouldNotBeNull();
    }

    private Task<RulesAnswer> ApplyAsync(string document) => _mesh.AskAsync<ApplyRules, RulesAnswer>(new ApplyRules(document, "jane"));

    private Task<RulesAnswer> ShowAsync() => _mesh.AskAsync<GetRules, RulesAnswer>(new GetRules());
}
