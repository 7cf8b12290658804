using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_two_hosts_run_a_vm : IAsyncLifetime
{
    private readonly SqliteFiles _stores = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLog _log = new();
    private readonly HostMessages _messages;
    private string _location = "";

    public When_two_hosts_run_a_vm() => _messages = new HostMessages(_time);

    public async ValueTask InitializeAsync() => _location = await _stores.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _stores.Remove(_location);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Should_mark_it_on_both_and_not_move_it_until_one_has_it()
    {
        await using var process = await StartAsync();
        (await process.RequestAsync(HostMessages.Request("before"))).Refusals.ShouldBeEmpty();
        await ReportAsync(process, VmStatus.Up, VmStatus.Up);
        await ReportAsync(process, VmStatus.Up, VmStatus.Up);

        foreach (var (host, other) in new[] { (0, HostMessages.Destination), (1, HostMessages.Source) })
        {
            var duplicate = process.Hosts.List()[host].DuplicateVms.ShouldHaveSingleItem();
            (duplicate.Name, duplicate.Hosts.Single()).ShouldBe(("g1", other));
        }

        _log.Count(2043).ShouldBe(1);
        (await process.AdmitAsync(new("before"))).Explanation.ShouldContain("g1 runs on hosta and hostb at the same time");
        await process.Requests.AnswerAsync(new AbortMigration(new("before"), "tester"), default);
        (await process.RequestAsync(HostMessages.Request("m2"))).Refusals.Select(refusal => refusal.Code).ShouldContain(RefusalCode.RunsOnTwoHosts);

        await ReportAsync(process, VmStatus.Up, VmStatus.Down);
        process.Hosts.List().ShouldAllBe(host => host.DuplicateVms.Count == 0);
        (await process.RequestAsync(HostMessages.Request("m3"))).Refusals.ShouldBeEmpty();
    }

    /// <summary>At the end of a migration, the source's last report may still show the VM.</summary>
    [Fact]
    public async Task Should_not_take_a_late_report_for_it()
    {
        await using var process = await StartAsync();
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, VmStatus.Up), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, VmStatus.Up), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Down), default);

        process.Hosts.List().ShouldAllBe(host => host.DuplicateVms.Count == 0);
        _log.Count(2043).ShouldBe(0);
    }

    [Fact]
    public async Task Should_keep_the_mark_while_a_host_is_silent_and_remove_it_when_that_host_is_fenced()
    {
        await using var process = await StartAsync();
        await ReportAsync(process, VmStatus.Up, VmStatus.Up);
        await ReportAsync(process, VmStatus.Up, VmStatus.Up);
        _time.Advance(TimeSpan.FromMinutes(2));
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, VmStatus.Up), default);
        process.Hosts.List()[1].DuplicateVms.ShouldHaveSingleItem();

        (await process.Fencing.AnswerAsync(new FenceHost(HostMessages.Source, true, "ann"), default)).Result.ShouldBe(FenceResult.Fenced);
        process.Hosts.List()[1].DuplicateVms.ShouldBeEmpty();
    }

    private async Task<MigrationsProcess> StartAsync()
    {
        var process = await MigrationsProcess.StartAsync(_location, _time, new RecordingBus(), _log);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Destination), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, null), default);
        return process;
    }

    private async Task ReportAsync(MigrationsProcess process, VmStatus source, VmStatus destination)
    {
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, source), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, destination), default);
    }
}
