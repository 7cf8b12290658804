using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Errors;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_the_store_is_diagnosed : IAsyncLifetime
{
    private const string Rules = "INSERT INTO placement_rules (id, document, updated_by, updated_at) VALUES (1, '{ half', 'jane', '2026-01-01T00:00:00Z')";
    private const string History = "INSERT INTO vm_migration_history (vm_id, history) VALUES ('nobody', '{ half')";
    private const string Failure = "INSERT INTO host_failure (host, migration_id, failed_at, reason) VALUES ('hostb', 'm1', 'lately', 'no room')";
    private const string Cordon = "UPDATE host_cordon SET cordon = '{ half'";
    private const string Drain = "INSERT INTO drain (id, requested_at, active, version, state) VALUES ('d1', '2026-01-01T00:00:00Z', 1, 1, 'null')";

    private TestMesh _mesh = null!;
    private TestStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await TestMesh.StartAsync(["g1"]);
        await _mesh.AskAsync<CordonHost, SchedulerAnswer>(new CordonHost(new HostName("hostb"), "jane"));
        await _mesh.StopSchedulerAsync();
        _store = new TestStore(_mesh.Location);
    }

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        return _mesh.DisposeAsync();
    }

    [Fact]
    public async Task Should_find_nothing_in_an_intact_store()
    {
        var report = await _store.ExamineAsync();

        report.Findings.Where(finding => finding.Check == "scheduler").ShouldBeEmpty();
        report.Checked.ShouldContain("1 cordons");
        report.Checked.ShouldContain("0 drains");
    }

    [Theory]
    [InlineData(History, "VM nobody", "its migration history is unreadable; scheduling is stopped: ")]
    [InlineData(Failure, "host hostb", "the time of its failed migration m1 is unreadable; scheduling is stopped: 'lately' is not a time")]
    public async Task Should_drop_data_that_only_improves_predictions(string damage, string subject, string message)
    {
        await _store.DamageAsync(damage);

        var found = (await FindAsync()).ShouldHaveSingleItem();
        (found.Subject, found.Repair).ShouldBe((subject, RepairState.Possible));
        found.Message.ShouldStartWith(message);
        (await FindAsync(repair: true)).ShouldHaveSingleItem().Repair.ShouldBe(RepairState.Done);
        (await FindAsync()).ShouldBeEmpty();
        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow());
        await _mesh.QueueAsync("g1");
    }

    [Theory]
    [InlineData(Cordon, "host_cordon hostb", "delete the row, then cordon hostb again if needed")]
    [InlineData(Drain, "drain d1", "delete the row of drain d1")]
    [InlineData(Rules, "placement rules", "line 1: ")]
    public async Task Should_leave_operators_decisions_to_the_operator(string damage, string subject, string advice)
    {
        await _store.DamageAsync(damage);

        var found = (await FindAsync(repair: true)).ShouldHaveSingleItem();

        (found.Subject, found.Repair, found.IsOpen).ShouldBe((subject, RepairState.None, true));
        found.Message.ShouldContain(advice);
    }

    [Theory]
    [InlineData(History)]
    [InlineData(Failure)]
    [InlineData(Cordon)]
    [InlineData(Drain)]
    public async Task Should_abort_the_start_with_a_hint(string damage)
    {
        await _store.DamageAsync(damage);

        (await Should.ThrowAsync<ProblemException>(() => _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow()))).Message.ShouldStartWith("the store has unreadable data; run 'mesh doctor'");
    }

    private async Task<IReadOnlyList<DoctorFinding>> FindAsync(bool repair = false) => [.. (await _store.ExamineAsync(repair)).Findings.Where(finding => finding.Check == "scheduler")];
}
