using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Documents;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Policy.Host.Tests;

public sealed class When_policies_are_stored_in_sqlite() : When_policies_are_stored(new SqliteFiles());

public sealed class When_policies_are_stored_in_postgresql(PostgresServer server) : When_policies_are_stored(server);

public abstract class When_policies_are_stored(IStoreSource stores) : IAsyncLifetime
{
    private static readonly VmId Vm = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    private static readonly Dictionary<string, string> NoLabels = [];

    private string _location = "";
    private PolicyProcess _process = null!;

    public async ValueTask InitializeAsync()
    {
        _location = await stores.CreateAsync();
        _process = await PolicyProcess.StartAsync(_location);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        stores.Remove(_location);
    }

    [Fact]
    public async Task Should_start_with_the_shipped_policies()
    {
        var listed = await _process.ListAsync();

        listed.Policies.Select(view => view.Policy.Name).ShouldBe(ShippedPolicies.All.Select(policy => policy.Name));
        listed.Policies.ShouldAllBe(view => view.Version == 0 && view.UpdatedBy == null && view.IsDefault == (view.Policy.Name == "harvester"));
        listed.Overrides.ShouldBeEmpty();
        (await ResolveAsync()).Effective.ShouldNotBeNull().Policy.Name.ShouldBe("harvester");
    }

    [Fact]
    public async Task Should_increment_the_version_with_each_change_and_list_all_after_a_restart()
    {
        (await _process.ApplyAsync(Gold("10 s"))).Policy.ShouldNotBeNull().Version.ShouldBe(1);
        (await _process.ApplyAsync(Gold("20 s"), "joe")).Policy.ShouldNotBeNull().Version.ShouldBe(2);

        await RestartAsync();

        var stored = await _process.GetAsync("gold");
        stored.Versions.ShouldBe([1, 2]);
        stored.Policy.ShouldNotBeNull().Policy.Interval.ShouldBe(TimeSpan.FromSeconds(20));
        (stored.Policy.Version, stored.Policy.UpdatedBy, stored.Policy.UpdatedAt).ShouldBe((2, "joe", new ManualTimeProvider().GetUtcNow()));
        (await _process.GetAsync("gold", 1)).Policy.ShouldNotBeNull().Policy.Interval.ShouldBe(TimeSpan.FromSeconds(10));
        (await _process.GetAsync("gold", 3)).Policy.ShouldBeNull();
        (await _process.GetAsync("silver")).Versions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_create_no_version_for_an_unchanged_policy()
    {
        await _process.ApplyAsync(Gold("10 s"));

        (await _process.ApplyAsync(Gold("10 s"), "joe")).Policy.ShouldNotBeNull().UpdatedBy.ShouldBe("jane");
        (await _process.ApplyAsync($"# a comment\n{Gold("10000 ms")}")).Policy.ShouldNotBeNull().Version.ShouldBe(1);
        (await _process.GetAsync("gold")).Versions.ShouldBe([1]);
        _process.Log.Count(line => line.StartsWith("4000 ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Should_reject_an_invalid_document_and_store_nothing()
    {
        var applied = await _process.ApplyAsync(Gold("10"));

        applied.Policy.ShouldBeNull();
        applied.Diagnostics.ShouldHaveSingleItem().Field.ShouldBe("interval");
        (await _process.GetAsync("gold")).Versions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_hide_the_shipped_policy_until_deleted()
    {
        (await _process.ApplyAsync("name: nova\ndescription: ours\n")).Policy.ShouldNotBeNull().Version.ShouldBe(1);
        (await _process.ListAsync()).Policies.Where(view => view.Policy.Name == "nova").ShouldHaveSingleItem().Policy.Description.ShouldBe("ours");
        (await _process.GetAsync("nova")).Versions.ShouldBe([0, 1]);
        (await _process.GetAsync("nova", 0)).Policy.ShouldNotBeNull().Policy.CatchUp.ShouldBeTrue();

        (await _process.DeleteAsync("nova")).ShouldBe(new PolicyAnswer(true, "policy 'nova' reverted to the shipped version"));
        (await _process.GetAsync("nova")).Policy.ShouldNotBeNull().Policy.CatchUp.ShouldBeTrue();
        (await _process.DeleteAsync("nova")).ShouldBe(new PolicyAnswer(false, "policy 'nova' ships with the mesh and cannot be deleted"));
    }

    [Fact]
    public async Task Should_never_reuse_a_version_number()
    {
        await _process.ApplyAsync(Gold("10 s"));
        (await _process.DeleteAsync("gold")).Succeeded.ShouldBeTrue();
        (await _process.GetAsync("gold")).Policy.ShouldBeNull();

        (await _process.ApplyAsync(Gold("20 s"))).Policy.ShouldNotBeNull().Version.ShouldBe(2);
    }

    [Fact]
    public async Task Should_not_be_deleted_while_in_use()
    {
        await _process.ApplyAsync(Gold("10 s"));
        (await _process.SetDefaultAsync("gold")).Succeeded.ShouldBeTrue();
        (await _process.DeleteAsync("gold")).ShouldBe(new PolicyAnswer(false, "policy 'gold' is the default; set another default first"));

        await _process.SetDefaultAsync("virsh");
        await OverrideAsync("gold");
        (await _process.DeleteAsync("gold")).ShouldBe(new PolicyAnswer(false, $"policy 'gold' is the override of VM {Vm}; remove the override first"));

        await OverrideAsync(null);
        (await _process.DeleteAsync("gold")).ShouldBe(new PolicyAnswer(true, "policy 'gold' deleted"));
        (await _process.DeleteAsync("gold")).Explanation.ShouldStartWith("there is no policy 'gold'");
    }

    [Fact]
    public async Task Should_remain_default_and_override_after_a_restart()
    {
        await _process.ApplyAsync(Gold("10 s"));
        await _process.SetDefaultAsync("gold");
        await OverrideAsync("virsh");

        await RestartAsync();

        (await _process.ListAsync()).Policies.Where(view => view.IsDefault).ShouldHaveSingleItem().Policy.Name.ShouldBe("gold");
        (await _process.ListAsync()).Overrides.ShouldBe([new PolicyOverride(Vm, "virsh", "jane", new ManualTimeProvider().GetUtcNow())]);
        (await ResolveAsync()).Effective.ShouldNotBeNull().Policy.Name.ShouldBe("virsh");
        await OverrideAsync(null);
        (await ResolveAsync()).Effective.ShouldNotBeNull().Policy.Name.ShouldBe("gold");
    }

    [Fact]
    public async Task Should_reject_unknown_names()
    {
        (await _process.SetDefaultAsync("harvestor")).ShouldBe(new PolicyAnswer(false, "there is no policy 'harvestor'; did you mean harvester?"));
        (await OverrideAsync("vrsh")).ShouldBe(new PolicyAnswer(false, "there is no policy 'vrsh'; did you mean virsh?"));
        (await OverrideAsync(null)).ShouldBe(new PolicyAnswer(true, $"VM {Vm} has no policy override"));
        (await _process.ResolveAsync(new ResolvePolicy(Vm, NoLabels, "vrsh"))).ShouldBe(new ResolvePolicyAnswer(null, "there is no policy 'vrsh'; did you mean virsh?"));
    }

    [Fact]
    public async Task Should_be_selected_by_labels_in_the_current_version()
    {
        await _process.ApplyAsync($"{Gold("10 s")}select: {{ labels: {{ tier: gold }} }}\n");

        var effective = (await _process.ResolveAsync(new ResolvePolicy(Vm, new Dictionary<string, string> { ["tier"] = "gold" }))).Effective.ShouldNotBeNull();

        (effective.Policy.Name, effective.Version, effective.Reason).ShouldBe(("gold", 1, "its label tier=gold matches"));
    }

    [Fact]
    public async Task Should_log_every_change_with_who_made_it()
    {
        await _process.ApplyAsync(Gold("10 s"), "joe");
        await _process.SetDefaultAsync("virsh");
        await OverrideAsync("gold");
        await OverrideAsync(null);
        await _process.DeleteAsync("gold");

        _process.Log.ShouldBe(
        [
            "4000 Policy gold saved as version 1 by joe",
            "4002 Policy virsh set as the default by jane",
            $"4003 Policy override for VM {Vm} set to gold by jane",
            $"4004 Policy override for VM {Vm} removed by jane",
            "4001 Policy gold deleted with all its versions by jane",
        ]);
    }

    [Fact]
    public async Task Should_store_every_one_of_many_concurrent_changes()
    {
        await using var other = await PolicyProcess.StartAsync(_location);
        var applied = await Task.WhenAll(Enumerable.Range(1, 20).Select(number => (number % 2 == 0 ? _process : other).ApplyAsync(Gold($"{number} s"))));

        applied.Select(answer => answer.Policy!.Version).Order().ShouldBe(Enumerable.Range(1, 20));
    }

    private static string Gold(string interval) => $"name: gold\ndescription: for the best\ninterval: {interval}\n";

    private Task<ResolvePolicyAnswer> ResolveAsync() => _process.ResolveAsync(new ResolvePolicy(Vm, NoLabels));

    private Task<PolicyAnswer> OverrideAsync(string? name) => _process.OverrideAsync(Vm, name);

    private async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = await PolicyProcess.StartAsync(_location);
    }
}
