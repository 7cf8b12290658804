using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_an_agent_is_too_old : IAsyncLifetime
{
    private const string Problem = "its agent uses protocol 1, and this mesh requires 2: upgrade the agent";

    private readonly ManualTimeProvider _time = new();
    private readonly SqliteFiles _files = new();
    private string _location = "";

    public async ValueTask InitializeAsync() => _location = await _files.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _files.Remove(_location);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Should_ignore_it_show_why_and_accept_it_once_it_is_upgraded()
    {
        var agent = new HostMessages(_time);
        await using var process = await MigrationsProcess.StartAsync(_location, _time, new RecordingBus());
        await process.Agents.HandleAsync(Old(agent.Inventory(HostMessages.Source, HostMessages.CreateVm())), default);
        await process.Agents.HandleAsync(Old(agent.Report(HostMessages.Source, VmStatus.Up)), default);

        var rejected = process.Hosts.List(includeRejected: true).ShouldHaveSingleItem();
        (rejected.AgentProblem, rejected.LastReportAt, rejected.Inventory.Vms.Count).ShouldBe((Problem, null, 0));
        (await process.ReadAsync()).Fleet.Hosts.ShouldBeEmpty();
        (await process.Store.LoadInventoriesAsync(default)).ShouldBeEmpty();

        await process.Agents.HandleAsync(agent.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await process.Agents.HandleAsync(agent.Report(HostMessages.Source, VmStatus.Up), default);
        var accepted = process.Hosts.List().ShouldHaveSingleItem();
        (accepted.AgentProblem, accepted.Health, accepted.Inventory.Vms.Count).ShouldBe((null, HostHealth.Healthy, 1));
    }

    [Fact]
    public async Task Should_report_it_once()
    {
        var agent = new HostMessages(_time);
        await using var process = await MigrationsProcess.StartAsync(_location, _time, new RecordingBus());

        process.Hosts.RejectAgent(HostMessages.Source, Problem, null).ShouldBeTrue();
        process.Hosts.RejectAgent(HostMessages.Source, Problem, agent.Inventory(HostMessages.Source)).ShouldBeFalse();
    }

    /// <summary>The message as sent by an agent from before protocol versions.</summary>
    private static T Old<T>(T message)
    {
        var json = JsonSerializer.SerializeToNode(message, MeshJson.Options)!.AsObject();
        json["protocolVersion"]!.GetValue<int>().ShouldBe(AgentProtocol.Current);
        json.Remove("protocolVersion");
        return json.Deserialize<T>(MeshJson.Options)!;
    }
}
