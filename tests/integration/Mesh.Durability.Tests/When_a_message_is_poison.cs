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
    public async Task It_goes_to_the_error_queue_with_the_reason_and_the_doctor_shows_it_without_taking_it_away()
    {
        await using (var host = await BusTestHost.StartAsync(broker.Url))
        {
            host.Reports.FailWith = report => report.Sequence == 13 ? new InvalidOperationException("thirteen is too many") : null;
            await PublishAsync(AgentQueues.HostReports, "this is not JSON");
            await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(13));
            await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(14));
            await Eventually.HoldsAsync(() => host.Reports.All.Any(report => report.Sequence == 14), "the others go on", TimeSpan.FromSeconds(60));
            await Eventually.HoldsAsync(async () => await CountDeadLettersAsync(AgentQueues.HostReports) == 2, "both are set aside after their tries", TimeSpan.FromSeconds(60));
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
    public async Task A_message_that_only_the_store_keeps_from_being_taken_waits_instead()
    {
        await using var host = await BusTestHost.StartAsync(broker.Url);
        var isFull = true;
        host.Commands.FailWith = _ => isFull ? new StoreUnavailableException("the disk is full") : null;
        await host.Bus.SendAsync(AgentQueues.Commands(host.HostName), BusTestHost.Command(1));
        await host.Bus.SendAsync(AgentQueues.Commands(host.HostName), BusTestHost.Command(2));

        // Longer than a faulty message is tried.
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync(() => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(6));
        host.Commands.All.ShouldBeEmpty();
        isFull = false;

        await Eventually.HoldsAsync(() => host.Commands.All.Count == 2, "both are taken");
        host.Commands.All.Select(command => command.CommandId.Value).ShouldBe(["m1.1.1", "m1.1.2"]);
    }

    [Fact]
    public async Task A_request_that_another_service_does_not_answer_is_told_to_its_asker_and_not_set_aside()
    {
        await using var host = await BusTestHost.StartAsync(broker.Url);
        var request = new AbortMigration(new MigrationId("m1"), "somebody");
        host.Answers.FailWith = () => new BusRequestException("no answer to ReadFleet");
        var told = await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, request));
        told.Message.ShouldEndWith("no answer to ReadFleet");
        host.Answers.RequestCount.ShouldBe(1, "to try it again takes longer than anybody waits");

        // What fails for a reason of its own is set aside, and is all that there is.
        host.Answers.FailWith = () => new InvalidOperationException("broken");
        await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, request));
        await Eventually.HoldsAsync(async () => await CountDeadLettersAsync(host.Requests) > 0, "the broken one is set aside", TimeSpan.FromSeconds(60));
        (await CountDeadLettersAsync(host.Requests)).ShouldBe(1u);
    }

    [Fact]
    public async Task A_broker_that_cannot_be_reached_is_told_of()
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
            // It is made with the first message that is set aside.
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
