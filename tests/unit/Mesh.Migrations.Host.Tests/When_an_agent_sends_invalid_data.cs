using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_an_agent_sends_invalid_data : IAsyncLifetime
{
    private static readonly VmDescription G1 = HostMessages.CreateVm();
    private static readonly VmDescription G2 = HostMessages.CreateVm("g2");

    private readonly SqliteFiles _stores = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private readonly RecordingLog _log = new();
    private readonly HostMessages _messages;
    private string _location = "";

    public When_an_agent_sends_invalid_data() => _messages = new HostMessages(_time);

    public async ValueTask InitializeAsync() => _location = await _stores.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _stores.Remove(_location);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Should_drop_the_entry_of_one_vm_and_move_the_others()
    {
        await using var process = await StartAsync();
        await process.Agents.DeliverAsync<HostInventory>(Json(_messages.Inventory(HostMessages.Source, G1, G2), json => json["vms"]![1]!["vCpus"] = -4));

        var host = (await process.Requests.AnswerAsync(new ListHosts(), default)).Hosts[0];
        host.Inventory.Vms.ShouldHaveSingleItem().Name.ShouldBe("g1");
        host.InvalidVms.ShouldHaveSingleItem().ShouldBe(new InvalidVm(G2.Id, "g2", null, "vms[1].vCpus is -4; 1 to 4096 is accepted"));
        host.Problems.ShouldHaveSingleItem().Kind.ShouldBe(HostProblemKind.InvalidVms);
        _log.Count(2061).ShouldBe(1);

        var refused = await process.RequestAsync(HostMessages.Request("m2", "g2"));
        refused.Refusals.Select(refusal => refusal.Code).ShouldBe([RefusalCode.InvalidVmData], "the host does know it");
        refused.Refusals[0].Message.ShouldContain("vms[1].vCpus is -4");
        (await process.RequestAsync(HostMessages.Request("m1", "g1"))).Refusals.ShouldBeEmpty();

        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, G1, G2), default);
        process.Hosts.List()[0].ShouldSatisfyAllConditions(view => view.InvalidVms.ShouldBeEmpty(), view => view.Problems.ShouldBeEmpty());
        (await process.RequestAsync(HostMessages.Request("m3", "g2"))).Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_refuse_a_message_with_a_fault_of_its_own_log_it_once_and_keep_what_was_known()
    {
        await using var process = await StartAsync();
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, G1), default);
        for (var i = 0; i < 3; i++)
        {
            var refusal = Deliver(process, _messages.Inventory(HostMessages.Source), json => json["capacity"]!["logicalCpus"] = 0);
            if (i == 0)
                (await Should.ThrowAsync<MessageRefusedException>(refusal)).Message.ShouldBe("invalid inventory from host hosta: capacity.logicalCpus is 0; 1 to 65536 is accepted");
            else
                await refusal;
        }

        _log.Count(2060).ShouldBe(1);
        var host = process.Hosts.List()[0];
        host.Inventory.Vms.ShouldHaveSingleItem().Name.ShouldBe("g1", "what it sent before stands");
        var problem = host.Problems.ShouldHaveSingleItem();
        (problem.Kind, problem.Message).ShouldBe((HostProblemKind.InvalidData, "hosta sends an invalid inventory: capacity.logicalCpus is 0; 1 to 65536 is accepted"));

        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Up), default);
        process.Hosts.List()[0].Problems.ShouldNotBeEmpty("a report says nothing about the inventory");
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, G1), default);
        process.Hosts.List()[0].Problems.ShouldBeEmpty();
        await Should.ThrowAsync<MessageRefusedException>(Deliver(process, _messages.Inventory(HostMessages.Source), json => json["capacity"]!["logicalCpus"] = 0));
        _log.Count(2060).ShouldBe(2, "a new streak");
    }

    [Fact]
    public async Task Should_show_a_host_of_which_nothing_was_valid_yet()
    {
        await using var process = await StartAsync();
        await Should.ThrowAsync<MessageRefusedException>(Deliver(process, _messages.Inventory(HostMessages.Source), json => json["agentEpoch"] = -1));

        var host = process.Hosts.List(includeRejected: true).ShouldHaveSingleItem();
        (host.Inventory.Host, host.Problems[0].Kind).ShouldBe((HostMessages.Source, HostProblemKind.InvalidData));
        (await process.ReadAsync()).Fleet.Hosts.ShouldBeEmpty("nothing can be placed on it");
    }

    [Fact]
    public async Task Should_send_every_invalid_answer_and_event_to_the_error_queue()
    {
        await using var process = await StartAsync();
        var answer = new CommandAnswer { Host = HostMessages.Source, MigrationId = new("m1"), Epoch = new(1), CommandId = new("c1"), Result = CommandResult.Succeeded };
        for (var i = 0; i < 2; i++)
            (await Should.ThrowAsync<MessageRefusedException>(process.Agents.DeliverAsync<CommandAnswer>(Json(answer, json => json["refusals"] = new JsonArray((JsonNode?)null)))))
                .Message.ShouldBe("invalid answer to a command from host hosta: refusals[0] is null");
        (await Should.ThrowAsync<MessageRefusedException>(process.Agents.DeliverAsync<AgentEvent>(JsonSerializer.SerializeToElement(7))))
            .Message.ShouldBe("invalid event from an unknown host: it is a number; an object is expected");
        _log.Count(2060).ShouldBe(2);
    }

    /// <summary>The absence of a dropped entry does not say that the VM is gone.</summary>
    [Fact]
    public async Task Should_conclude_nothing_about_a_migrating_vm_whose_entry_was_dropped()
    {
        await using var process = await StartAsync();
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, G1), default);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Destination), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, null), default);
        await process.StartMigrationAsync(HostMessages.Request());
        await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<PrepareIncoming>()), default);
        await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<StartMigration>()), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.MigratingFrom), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, VmStatus.MigratingTo), default);

        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await process.Agents.DeliverAsync<HostReport>(Json(_messages.Report(HostMessages.Source, VmStatus.MigratingFrom), json => json["vms"]![0]!["status"] = "gone"));
            await process.Agents.DeliverAsync<HostReport>(Json(_messages.Report(HostMessages.Destination, VmStatus.MigratingTo), json => json["vms"]![0] = null));
        }

        process.Hosts.ListMigratingVms().ShouldHaveSingleItem().Status.ShouldBe(VmStatus.MigratingFrom);
        (await process.Grains.Get(HostMessages.Request().Id).GetAsync())!.Outcome.ShouldBeNull();
        process.Hosts.List()[0].Inventory.Vms.ShouldHaveSingleItem("it is still there, as far as is known");
    }

    [Fact]
    public async Task Should_start_with_invalid_inventories_that_an_earlier_version_stored()
    {
        await using (await StartAsync())
        {
        }

        using (var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []))
        {
            await StoreAsync(database, "hosta", Json(_messages.Inventory(HostMessages.Source, G1, G2), json => json["vms"]![0] = null).GetRawText());
            await StoreAsync(database, "hostb", Json(_messages.Inventory(HostMessages.Destination), json => json["agentEpoch"] = -1).GetRawText());
            await StoreAsync(database, "hostc", "{ half");
        }

        await using var process = await StartAsync();
        var listed = (await process.Requests.AnswerAsync(new ListHosts(), default)).Hosts;
        listed.Select(host => (host.Inventory.Host.Value, host.Inventory.Vms.Count, host.Problems.Single().Kind)).ShouldBe(
            [("hosta", 1, HostProblemKind.InvalidVms), ("hostb", 0, HostProblemKind.InvalidData), ("hostc", 0, HostProblemKind.InvalidData)]);
        (await process.RequestAsync(HostMessages.Request("m2", "g2"))).Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_be_told_by_the_doctor_until_it_is_over()
    {
        using var doctor = new DoctorFixture(_location, _time);
        await using var process = await StartAsync();
        await Should.ThrowAsync<MessageRefusedException>(Deliver(process, _messages.Inventory(HostMessages.Source), json => json["sequence"] = -1));
        await ForDoctorAsync(doctor, findings => findings.Count == 1);
        (await doctor.FindAsync("agents")).Message.ShouldStartWith("hosta sends an invalid inventory: sequence is -1");

        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, G1), default);
        await ForDoctorAsync(doctor, findings => findings.Count == 0);
    }

    private Task ForDoctorAsync(DoctorFixture doctor, Func<IReadOnlyList<Mesh.Hosting.Doctor.DoctorFinding>, bool> holds) => Eventually.HoldsAsync(
        async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return holds([.. (await doctor.DiagnoseAsync()).Findings.Where(finding => finding.Check == "agents")]);
        },
        "the doctor knows");

    private static Task<int> StoreAsync(MeshDatabase database, string name, string json) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("INSERT INTO host (name, inventory) VALUES (@name, @json)", new { name, json }, transaction));

    private async Task<T> CommandAsync<T>()
        where T : AgentCommand => await Eventually.ReturnsAsync(() => Task.FromResult(_bus.Commands.OfType<T>().LastOrDefault()), $"{typeof(T).Name} is sent");

    private Task<MigrationsProcess> StartAsync() => MigrationsProcess.StartAsync(_location, _time, _bus, _log);

    private static Task Deliver(MigrationsProcess process, HostInventory inventory, Action<JsonNode> change) =>
        process.Agents.DeliverAsync<HostInventory>(Json(inventory, change));

    private static JsonElement Json<T>(T message, Action<JsonNode> change)
    {
        var json = JsonSerializer.SerializeToNode(message, MeshJson.Options)!;
        change(json);
        return JsonSerializer.SerializeToElement(json);
    }
}
