using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Documents;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Policy.Host.Tests;

public sealed class When_policies_are_kept_in_sqlite() : When_policies_are_kept(new SqliteFiles());

public sealed class When_policies_are_kept_in_postgresql(PostgresServer server) : When_policies_are_kept(server);

public abstract class When_policies_are_kept(IStoreSource stores) : IAsyncLifetime
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
    public async Task Should_begin_with_those_that_come_with_the_mesh()
    {
        var listed = await _process.ListAsync();

        listed.Policies.Select(view => view.Policy.Name).ShouldBe(ShippedPolicies.All.Select(policy => policy.Name));
        listed.Policies.ShouldAllBe(view => view.Version == 0 && view.UpdatedBy == null && view.IsDefault == (view.Policy.Name == "harvester"));
        listed.Overrides.ShouldBeEmpty();
        (await ResolveAsync()).Effective.ShouldNotBeNull().Policy.Name.ShouldBe("harvester");
    }

    [Fact]
    public async Task Should_raise_the_version_with_each_change_and_know_all_of_them_after_a_restart()
    {
        (await _process.KeepAsync(Gold("10 s"))).Policy.ShouldNotBeNull().Version.ShouldBe(1);
        (await _process.KeepAsync(Gold("20 s"), "joe")).Policy.ShouldNotBeNull().Version.ShouldBe(2);

        await RestartAsync();

        var shown = await _process.ShowAsync("gold");
        shown.Versions.ShouldBe([1, 2]);
        shown.Policy.ShouldNotBeNull().Policy.Interval.ShouldBe(TimeSpan.FromSeconds(20));
        (shown.Policy.Version, shown.Policy.UpdatedBy, shown.Policy.UpdatedAt).ShouldBe((2, "joe", new ManualTimeProvider().GetUtcNow()));
        (await _process.ShowAsync("gold", 1)).Policy.ShouldNotBeNull().Policy.Interval.ShouldBe(TimeSpan.FromSeconds(10));
        (await _process.ShowAsync("gold", 3)).Policy.ShouldBeNull();
        (await _process.ShowAsync("silver")).Versions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_change_nothing_when_it_is_kept_already()
    {
        await _process.KeepAsync(Gold("10 s"));

        (await _process.KeepAsync(Gold("10 s"), "joe")).Policy.ShouldNotBeNull().UpdatedBy.ShouldBe("jane");
        (await _process.KeepAsync($"# a word\n{Gold("10000 ms")}")).Policy.ShouldNotBeNull().Version.ShouldBe(1);
        (await _process.ShowAsync("gold")).Versions.ShouldBe([1]);
        _process.Log.Count(line => line.StartsWith("4000 ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Should_refuse_what_is_wrong_and_keep_nothing()
    {
        var kept = await _process.KeepAsync(Gold("10"));

        kept.Policy.ShouldBeNull();
        kept.Diagnostics.ShouldHaveSingleItem().Field.ShouldBe("interval");
        (await _process.ShowAsync("gold")).Versions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_hide_the_shipped_one_until_it_is_deleted()
    {
        (await _process.KeepAsync("name: nova\ndescription: ours\n")).Policy.ShouldNotBeNull().Version.ShouldBe(1);
        (await _process.ListAsync()).Policies.Where(view => view.Policy.Name == "nova").ShouldHaveSingleItem().Policy.Description.ShouldBe("ours");
        (await _process.ShowAsync("nova")).Versions.ShouldBe([0, 1]);
        (await _process.ShowAsync("nova", 0)).Policy.ShouldNotBeNull().Policy.CatchUp.ShouldBeTrue();

        (await _process.DeleteAsync("nova")).ShouldBe(new PolicyAnswer(true, "'nova' is again as it comes with the mesh"));
        (await _process.ShowAsync("nova")).Policy.ShouldNotBeNull().Policy.CatchUp.ShouldBeTrue();
        (await _process.DeleteAsync("nova")).ShouldBe(new PolicyAnswer(false, "'nova' comes with the mesh and stays"));
    }

    [Fact]
    public async Task Should_give_no_number_twice()
    {
        await _process.KeepAsync(Gold("10 s"));
        (await _process.DeleteAsync("gold")).Succeeded.ShouldBeTrue();
        (await _process.ShowAsync("gold")).Policy.ShouldBeNull();

        (await _process.KeepAsync(Gold("20 s"))).Policy.ShouldNotBeNull().Version.ShouldBe(2);
    }

    [Fact]
    public async Task Should_stay_while_anything_needs_it()
    {
        await _process.KeepAsync(Gold("10 s"));
        (await _process.SetDefaultAsync("gold")).Succeeded.ShouldBeTrue();
        (await _process.DeleteAsync("gold")).ShouldBe(new PolicyAnswer(false, "'gold' is the default; name another one first"));

        await _process.SetDefaultAsync("virsh");
        await OverrideAsync("gold");
        (await _process.DeleteAsync("gold")).ShouldBe(new PolicyAnswer(false, $"machine {Vm} has 'gold' as its own policy; take it away first"));

        await OverrideAsync(null);
        (await _process.DeleteAsync("gold")).ShouldBe(new PolicyAnswer(true, "'gold' is deleted"));
        (await _process.DeleteAsync("gold")).Explanation.ShouldStartWith("there is no policy 'gold'");
    }

    [Fact]
    public async Task Should_count_as_the_default_and_as_a_machines_own_also_after_a_restart()
    {
        await _process.KeepAsync(Gold("10 s"));
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
    public async Task Should_refuse_to_name_what_there_is_not()
    {
        (await _process.SetDefaultAsync("harvestor")).ShouldBe(new PolicyAnswer(false, "there is no policy 'harvestor'; did you mean harvester?"));
        (await OverrideAsync("vrsh")).ShouldBe(new PolicyAnswer(false, "there is no policy 'vrsh'; did you mean virsh?"));
        (await OverrideAsync(null)).ShouldBe(new PolicyAnswer(true, $"machine {Vm} had no policy of its own"));
        (await _process.ResolveAsync(new ResolvePolicy(Vm, NoLabels, "vrsh"))).ShouldBe(new ResolvePolicyAnswer(null, "there is no policy 'vrsh'; did you mean virsh?"));
    }

    [Fact]
    public async Task Should_be_selected_by_labels_in_the_version_that_counts()
    {
        await _process.KeepAsync($"{Gold("10 s")}select: {{ labels: {{ tier: gold }} }}\n");

        var effective = (await _process.ResolveAsync(new ResolvePolicy(Vm, new Dictionary<string, string> { ["tier"] = "gold" }))).Effective.ShouldNotBeNull();

        (effective.Policy.Name, effective.Version, effective.Reason).ShouldBe(("gold", 1, "its label tier=gold matches"));
    }

    [Fact]
    public async Task Should_have_a_line_in_the_log_for_whoever_changed_what()
    {
        await _process.KeepAsync(Gold("10 s"), "joe");
        await _process.SetDefaultAsync("virsh");
        await OverrideAsync("gold");
        await OverrideAsync(null);
        await _process.DeleteAsync("gold");

        _process.Log.ShouldBe(
        [
            "4000 Policy gold was kept as version 1 by joe",
            "4002 Policy virsh was made the default by jane",
            $"4003 The own policy of machine {Vm} was set to gold by jane",
            $"4003 The own policy of machine {Vm} was set to none by jane",
            "4001 Policy gold was deleted with all its versions by jane",
        ]);
    }

    [Fact]
    public async Task Should_keep_each_of_many_changes_at_once()
    {
        await using var other = await PolicyProcess.StartAsync(_location);
        var kept = await Task.WhenAll(Enumerable.Range(1, 20).Select(number => (number % 2 == 0 ? _process : other).KeepAsync(Gold($"{number} s"))));

        kept.Select(answer => answer.Policy!.Version).Order().ShouldBe(Enumerable.Range(1, 20));
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
