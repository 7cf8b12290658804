using System.Text.Json;
using Dapper;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Mesh.Migrations.Intake;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Tests.Fuzzing;

/// <summary>
/// Two hosts send messages that were mutated by their schemas, while one migration runs between them. Whatever they send, the service stays up,
/// answers for all other hosts, and stores nothing invalid.
/// </summary>
public sealed class When_agent_messages_are_fuzzed : IAsyncLifetime
{
    private const int Count = 10_000;
    private const int CheckEvery = 250;

    private static readonly string[] Types = ["HostReport", "HostInventory", "CommandAnswer", "AgentEvent"];
    private static readonly HostName Good = new("hostc");
    private static readonly HostName Spare = new("hostd");

    private readonly SqliteFiles _stores = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private readonly RecordingLog _log = new();
    private string _location = "";

    public async ValueTask InitializeAsync() => _location = await _stores.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _stores.Remove(_location);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_261_130)]
    public async Task Should_stay_up_answer_for_all_other_hosts_and_store_nothing_invalid(int seed)
    {
        var random = new Random(seed);
        var (messages, mutator) = (new SchemaMessages(random), new MessageMutator(random));
        var (refused, valid) = (0, 0);
        await using (var process = await MigrationsProcess.StartAsync(_location, _time, _bus, _log))
        {
            await StartMigrationAsync(process);
            messages.Epoch = (await process.Grains.Get(HostMessages.Request().Id).GetAsync())!.Epoch.Number;
            for (var i = 1; i <= Count / 2; i++)
            {
                var type = Types[random.Next(Types.Length)];
                var message = messages.Create(type, (random.Next(2) == 0 ? HostMessages.Source : HostMessages.Destination).Value);
                if (message.Json.ContainsKey("sequence"))
                    message.Json["sequence"] = 1000 + i;
                var text = random.Next(20) == 0 ? message.Json.ToJsonString() : mutator.Mutate(message);
                try
                {
                    await DeliverAsync(process, type, text);
                    valid++;
                }
                catch (MessageRefusedException)
                {
                    refused++;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    throw new InvalidOperationException($"message {i} of seed {seed}, a {type}: {(text.Length > 4000 ? text[..4000] : text)}", e);
                }

                if (i % CheckEvery == 0)
                {
                    _time.Advance(TimeSpan.FromSeconds(1));
                    await CheckAsync(process, $"m-{i}");
                }
            }

            (refused > 500 && valid > 500).ShouldBeTrue($"the messages must be neither all valid nor all refused: {valid} and {refused}");
        }

        await CheckStoreAsync();
        await using var again = await MigrationsProcess.StartAsync(_location, _time, _bus, _log);
        await CheckAsync(again, "m-again");
    }

    private static Task DeliverAsync(MigrationsProcess process, string type, string text)
    {
        // What is no JSON at all never reaches the service: the bus moves it to the error queue.
        var element = JsonElement.Parse(text);
        return type switch
        {
            "HostReport" => process.Agents.DeliverAsync<HostReport>(element),
            "HostInventory" => process.Agents.DeliverAsync<HostInventory>(element),
            "CommandAnswer" => process.Agents.DeliverAsync<CommandAnswer>(element),
            _ => process.Agents.DeliverAsync<AgentEvent>(element),
        };
    }

    private async Task StartMigrationAsync(MigrationsProcess process)
    {
        var sender = new HostMessages(_time);
        await process.Agents.HandleAsync(sender.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await process.Agents.HandleAsync(sender.Inventory(HostMessages.Destination), default);
        await process.Agents.HandleAsync(sender.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(sender.Report(HostMessages.Destination, null), default);
        await process.StartMigrationAsync(HostMessages.Request());
        await process.Agents.HandleAsync(sender.Inventory(Good, HostMessages.CreateVm("g9")), default);
        await process.Agents.HandleAsync(sender.Inventory(Spare), default);
    }

    private static async Task CheckAsync(MigrationsProcess process, string id)
    {
        var listed = await process.Requests.AnswerAsync(new ListHosts(), default);
        JsonSerializer.Serialize(listed, Contracts.Serialization.MeshJson.Options).Length.ShouldBeGreaterThan(0);
        listed.Hosts.Single(host => host.Inventory.Host == Good).Inventory.Vms.ShouldHaveSingleItem().Name.ShouldBe("g9");
        (await process.Requests.AnswerAsync(new ListMigrations(false, 100), default)).Migrations.ShouldNotBeEmpty();
        (await process.ReadAsync()).Fleet.Hosts.ShouldContain(host => host.Inventory.Host == Spare);
        (await process.RequestAsync(HostMessages.Request(id, "g9") with { To = Spare })).Refusals.ShouldBeEmpty();
        (await process.Requests.AnswerAsync(new AbortMigration(new MigrationId(id), "tester"), default)).Result.ShouldBe(AbortResult.Aborting);
    }

    private async Task CheckStoreAsync()
    {
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []);
        var stored = await database.ReadAsync(async connection => (await connection.QueryAsync<string>("SELECT inventory FROM host")).AsList());
        stored.Count.ShouldBeGreaterThanOrEqualTo(4);
        foreach (var inventory in stored)
        {
            using var json = JsonDocument.Parse(inventory);
            var read = AgentMessageReader.ReadInventory(json.RootElement);
            (read.Fault, read.InvalidEntries.Count).ShouldBe((null, 0));
        }

        using var doctor = new DoctorFixture(_location, _time);
        (await doctor.DiagnoseAsync()).Findings.Where(finding => finding.Check is "hosts" or "migrations" or "journal").ShouldBeEmpty();
    }
}
