using System.Text;
using System.Text.Json.Nodes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Mesh.Durability.Tests;

public sealed class When_a_message_is_poison(BrokerFixture broker) : IAsyncLifetime
{
    private readonly SqliteFiles _files = new();
    private string _store = "";

    public async ValueTask InitializeAsync() => _store = await _files.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _files.Remove(_store);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_goes_to_the_error_queue_with_the_reason_and_the_doctor_shows_it_without_removing_it()
    {
        await using (var host = await BusTestHost.StartAsync(broker.Url))
        {
            host.Reports.FailWith = report => report.Sequence == 13 ? new InvalidOperationException("thirteen is too many") : null;
            await PublishAsync(AgentQueues.HostReports, "this is not JSON");
            await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(13));
            await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(14));
            await Eventually.HoldsAsync(() => host.Reports.All.Any(report => report.Sequence == 14), "the others are handled", TimeSpan.FromSeconds(60));
            await Eventually.HoldsAsync(async () => await CountDeadLettersAsync(AgentQueues.HostReports) == 2, "both are dead-lettered after their retries", TimeSpan.FromSeconds(60));
        }

        using (var database = new MeshDatabase(
            Microsoft.Extensions.Options.Options.Create(new StoreOptions { Location = _store }), SchemaScript.Embedded(typeof(MeshDatabase).Assembly)))
            await database.EnsureReadyAsync();

        for (var probe = 1; probe <= 2; probe++)
        {
            var doctor = await Shell.RunAsync(
                Repository.MeshExecutable, ["doctor", "--store", _store, "--repair", "--broker", broker.Url, "--output", "json"]);
            doctor.ExitCode.ShouldBe(10, doctor.ToString());
            var report = JsonNode.Parse(doctor.Output)!;
            var findings = report["findings"]!.AsArray().Where(finding => finding!["subject"]!.GetValue<string>() == $"queue {AgentQueues.HostReports}_error")
                .Select(finding => finding!["message"]!.GetValue<string>()).ToList();
            findings.ShouldContain(message => message.Contains("1 of 2 messages failed: thirteen is too many", StringComparison.Ordinal), doctor.Output);
            findings.Count.ShouldBe(2, "one for each reason");
            report["queues"]!.AsArray().ShouldContain(queue => queue!["name"]!.GetValue<string>() == AgentQueues.HostReports);
            report["broker"]!.GetValue<string>().ShouldNotContain("guest:guest");
        }
    }

    [Fact]
    public async Task A_message_that_fails_only_because_of_the_store_waits_instead()
    {
        await using var host = await BusTestHost.StartAsync(broker.Url);
        var isFull = true;
        host.Commands.FailWith = _ => isFull ? new StoreUnavailableException("the disk is full") : null;
        await host.Bus.SendAsync(AgentQueues.Commands(host.HostName), BusTestHost.Command(1));
        await host.Bus.SendAsync(AgentQueues.Commands(host.HostName), BusTestHost.Command(2));

        // Longer than a faulty message is retried.
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync(() => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(6));
        host.Commands.All.ShouldBeEmpty();
        isFull = false;

        await Eventually.HoldsAsync(() => host.Commands.All.Count == 2, "both are handled");
        host.Commands.All.Select(command => command.CommandId.Value).ShouldBe(["m1.1.1", "m1.1.2"]);
    }

    [Fact]
    public async Task A_request_that_another_service_does_not_answer_fails_for_its_caller_and_is_not_dead_lettered()
    {
        await using var host = await BusTestHost.StartAsync(broker.Url);
        var request = new AbortMigration(new MigrationId("m1"), "somebody");
        host.Answers.FailWith = () => new BusRequestException("no answer to ReadFleet");
        var exception = await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, request));
        exception.Message.ShouldEndWith("no answer to ReadFleet");
        host.Answers.RequestCount.ShouldBe(1, "a retry would take longer than any caller waits");

        // A request that fails in its handler is dead-lettered, and is the only one.
        host.Answers.FailWith = () => new InvalidOperationException("broken");
        await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, request));
        await Eventually.HoldsAsync(async () => await CountDeadLettersAsync(host.Requests) > 0, "the broken one is dead-lettered", TimeSpan.FromSeconds(60));
        (await CountDeadLettersAsync(host.Requests)).ShouldBe(1u);
    }

    [Fact]
    public async Task An_unreachable_broker_is_reported()
    {
        var doctor = await Shell.RunAsync(
            Repository.MeshExecutable, ["doctor", "--store", _store, "--broker", $"amqp://guest:guest@127.0.0.1:{ServerProcess.FindFreePort()}"]);

        doctor.ExitCode.ShouldBe(10);
        doctor.Output.ShouldContain("cannot be reached: ");
    }

    private async Task<uint> CountDeadLettersAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync($"{queue}_error")).MessageCount;
        }
        catch (OperationInterruptedException)
        {
            // The error queue is created with the first dead-lettered message.
            return 0;
        }
    }

    private async Task PublishAsync(string exchange, string body)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync(exchange, "", Encoding.UTF8.GetBytes(body));
    }
}
