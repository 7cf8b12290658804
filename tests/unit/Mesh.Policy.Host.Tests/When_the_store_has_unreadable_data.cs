using Dapper;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Store;
using Mesh.Policy.Documents;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Policy.Host.Tests;

public sealed class When_the_store_has_unreadable_data : IAsyncLifetime
{
    private const string Gold = "name: gold\ndescription: for the best\nselect: { labels: { tier: gold } }\n";

    private static readonly VmId Vm = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

    private readonly SqliteFiles _stores = new();
    private string _location = "";

    public async ValueTask InitializeAsync()
    {
        _location = await _stores.CreateAsync();
        await using var process = await PolicyProcess.StartAsync(_location);
        (await process.ApplyAsync(Gold)).Diagnostics.ShouldBeEmpty();
        (await process.ApplyAsync("name: silver\ndescription: for the others\n")).Diagnostics.ShouldBeEmpty();
    }

    public ValueTask DisposeAsync()
    {
        _stores.Remove(_location);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("UPDATE policy_version SET document = '{ half' WHERE name = 'gold'", "version 1, line 1: ")]
    [InlineData("UPDATE policy_version SET document = 'name: silver' || char(10) || 'description: d' WHERE name = 'gold'", "version 1 contains policy 'silver'")]
    [InlineData("UPDATE policy_version SET updated_at = 'lately' WHERE name = 'gold'", "version 1 has an invalid time: 'lately'")]
    public async Task Should_use_the_others_and_log_it(string damage, string reason)
    {
        await DamageAsync(damage);

        await using var process = await PolicyProcess.StartAsync(_location);

        process.Log.ShouldHaveSingleItem().ShouldStartWith($"4010 Policy gold cannot be read from the store and is ignored until it is re-applied or deleted: {reason}");
        (await process.ListAsync()).Policies.Select(view => view.Policy.Name).ShouldBe(
            ShippedPolicies.All.Select(policy => policy.Name).Append("silver").Order(StringComparer.Ordinal));
        (await ResolveAsync(process, "gold")).Error.ShouldStartWith($"policy 'gold' cannot be read from the store: {reason}");
        (await ResolveAsync(process, null)).Effective.ShouldNotBeNull().Reason.ShouldEndWith("they cannot be read from the store: gold");
        (await process.SetDefaultAsync("gold")).Explanation.ShouldStartWith("policy 'gold' cannot be read from the store");
        (await process.GetAsync("gold")).Policy.ShouldBeNull();
        process.Log.Count(line => line.StartsWith("4010 ", StringComparison.Ordinal)).ShouldBe(1, "it is logged once");
    }

    [Fact]
    public async Task Should_be_repaired_by_applying_it_again()
    {
        await DamageAsync("UPDATE policy_version SET document = '{ half' WHERE name = 'gold'");
        await using var process = await PolicyProcess.StartAsync(_location);

        (await process.ApplyAsync(Gold)).Policy.ShouldNotBeNull().Version.ShouldBe(2);

        (await ResolveAsync(process, null)).Effective.ShouldNotBeNull().Policy.Name.ShouldBe("gold");
    }

    [Fact]
    public async Task Should_be_repaired_by_deleting_it()
    {
        await DamageAsync("UPDATE policy_version SET document = '{ half' WHERE name = 'gold'");
        await using var process = await PolicyProcess.StartAsync(_location);

        (await process.DeleteAsync("gold")).Succeeded.ShouldBeTrue();

        (await ResolveAsync(process, "gold")).Error.ShouldStartWith("there is no policy 'gold'");
    }

    [Fact]
    public async Task Should_log_at_startup_that_the_default_is_unavailable()
    {
        await using var process = await PolicyProcess.StartAsync(_location, ("Policies:Default", "platinum"));

        process.Log.ShouldHaveSingleItem().ShouldStartWith("4012 The default policy is unavailable, so VMs without another policy cannot be migrated: there is no policy 'platinum'");
        (await ResolveAsync(process, null)).Effective.ShouldNotBeNull().Policy.Name.ShouldBe("gold", "labels come before the default");
    }

    [Fact]
    public async Task Should_reject_a_default_that_is_not_a_name() =>
        (await Should.ThrowAsync<OptionsValidationException>(() => PolicyProcess.StartAsync(_location, ("Policies:Default", "Not a name"))))
            .Message.ShouldContain("Policies:Default is 'Not a name'");

    [Fact]
    public async Task Should_be_found_by_the_doctor()
    {
        (await ExamineAsync()).Findings.ShouldBeEmpty();
        await DamageAsync("UPDATE policy_version SET document = '{ half' WHERE name = 'gold'");
        await DamageAsync("INSERT INTO policy_override (vm_id, policy, updated_by, updated_at) VALUES ('nobody', 'virsh', 'jane', '2026-01-01T00:00:00Z')");

        var findings = (await ExamineAsync()).Findings;

        findings.Select(finding => (finding.Check, finding.Subject, finding.Repair)).ShouldBe(
            [("policies", "policy gold", RepairState.None), ("policies", "VM nobody", RepairState.Possible)]);
        (await ExamineAsync(repair: true)).Findings.ShouldContain(finding => finding.Repair == RepairState.Done);
        (await ExamineAsync()).Findings.ShouldHaveSingleItem().Subject.ShouldBe("policy gold");
    }

    [Fact]
    public async Task Should_ignore_an_override_without_a_valid_vm()
    {
        await DamageAsync("INSERT INTO policy_override (vm_id, policy, updated_by, updated_at) VALUES ('nobody', 'virsh', 'jane', '2026-01-01T00:00:00Z')");

        await using var process = await PolicyProcess.StartAsync(_location);

        process.Log.ShouldHaveSingleItem().ShouldStartWith("4011 Ignoring the policy override for VM 'nobody' (virsh)");
        (await process.ListAsync()).Overrides.ShouldBeEmpty();
    }

    private static Task<ResolvePolicyAnswer> ResolveAsync(PolicyProcess process, string? named) =>
        process.ResolveAsync(new ResolvePolicy(Vm, new Dictionary<string, string> { ["tier"] = "gold" }, named));

    private async Task DamageAsync(string sql)
    {
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []);
        (await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(sql, transaction: transaction))).ShouldBe(1);
    }

    private async Task<DoctorReport> ExamineAsync(bool repair = false)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("Store:Location", _location)]).Build();
        await using var provider = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(new ManualTimeProvider())
            .AddPolicies(configuration)
            .BuildServiceProvider();
        return await provider.GetRequiredService<StoreDoctor>().DiagnoseAsync(repair);
    }
}
