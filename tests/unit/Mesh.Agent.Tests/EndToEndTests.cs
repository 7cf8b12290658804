using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Agent.Simulated;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Agent.Tests;

/// <summary>Two agents of simulated hosts in one service container, with commands over the real bus.</summary>
public sealed class EndToEndTests : IAsyncLifetime
{
    private static readonly VmId One = Vm.Id(1);
    private static readonly HostName HostA = new("hosta");
    private static readonly HostName HostB = new("hostb");
    private readonly ConcurrentQueue<object> _received = [];
    private readonly IHost _mesh;

    public EndToEndTests()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMeshBus(builder.Configuration);
        builder.Services.AddSingleton(Cluster());
        foreach (var host in new[] { HostA, HostB })
            builder.Services.AddAgent(
                host,
                options => (options.Tick, options.FastTick) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50)),
                provider => provider.GetRequiredService<SimulatedCluster>().CreateHypervisor(host));
        Receive<HostReport>(AgentQueues.HostReports);
        Receive<HostInventory>(AgentQueues.HostInventories);
        Receive<CommandAnswer>(AgentQueues.CommandAnswers);
        Receive<AgentEvent>(AgentQueues.AgentEvents);
        _mesh = builder.Build();

        void Receive<T>(string queue)
            where T : class => builder.Services.AddQueueHandler<T>(queue, _ => new RecordingHandler<T>(_received));
    }

    public async ValueTask InitializeAsync() => await _mesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _mesh.StopAsync();
        _mesh.Dispose();
    }

    [Fact]
    public async Task A_vm_moves_with_its_disk()
    {
        await UntilAsync(() => Received<HostInventory>().Select(inventory => inventory.Host).Distinct().Count() == 2, "both inventories");
        var vm = Received<HostInventory>().First(inventory => inventory.Host == HostA).Vms.ShouldHaveSingleItem();

        await SendAsync(HostB, Vm.Prepare(One, disks: [.. vm.Disks]));
        await UntilAsync(() => Received<CommandAnswer>().Any(), "the destination's answer");
        var prepared = Received<CommandAnswer>().Single();
        prepared.Result.ShouldBe(CommandResult.Succeeded);
        await SendAsync(HostA, Vm.Start(One, options: new MigrationOptions { CopyStorage = CopyStorage.All, Persistent = true, UndefineSource = true }) with
        {
            DestinationUri = prepared.DestinationUri!,
        });
        await UntilAsync(() => Received<JobEnded>().Any(), "the end");
        await UntilAsync(() => Last(HostB) is { Vms: [{ Status: VmStatus.Up, Detail: "running (migrated)" }] } && Last(HostA) is { Vms: [] }, "the VM on hostb");

        var ended = Received<JobEnded>().ShouldHaveSingleItem();
        ended.Result.ShouldBe(JobResult.Completed);
        ended.Sample!.Copy.Memory.Transferred.ShouldBeGreaterThanOrEqualTo(Bytes.FromMebibytes(256));
        ended.Sample.Copy.ActualDowntime.ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromMilliseconds(400));
        Received<HostReport>().Where(report => report.Host == HostA).SelectMany(report => report.Vms).ShouldContain(status => status.Status == VmStatus.MigratingFrom);
        Received<HostReport>().Where(report => report.Host == HostB).SelectMany(report => report.Vms).ShouldContain(status => status.Status == VmStatus.MigratingTo);
        Received<HostReport>().SelectMany(report => report.Migrations).Select(sample => sample.Phase).Distinct()
            .ShouldBeSubsetOf([JobPhase.Setup, JobPhase.DiskCopy, JobPhase.PreCopy, JobPhase.SwitchOver, JobPhase.Completed]);
        (await AnswerToAsync(HostB, Vm.CleanUp(One))).Result.ShouldBe(CommandResult.Rejected);
    }

    [Fact]
    public async Task An_aborted_vm_stays_and_prepared_images_are_removed()
    {
        await AnswerToAsync(HostB, Vm.Prepare(One, disks: Vm.Disk("vda", "/images/one.qcow2")));
        (await AnswerToAsync(HostA, Vm.Start(One, options: new MigrationOptions { Bandwidth = BytesPerSecond.FromMebibytes(1), CopyStorage = CopyStorage.All }))).Result
            .ShouldBe(CommandResult.Succeeded);
        await UntilAsync(() => Last(HostA) is { Migrations: [{ Phase: JobPhase.DiskCopy }] }, "the copy");

        (await AnswerToAsync(HostA, Vm.Abort(One))).Result.ShouldBe(CommandResult.Succeeded);
        await UntilAsync(() => Received<JobEnded>().Any(), "the end");
        (await AnswerToAsync(HostB, Vm.CleanUp(One))).Result.ShouldBe(CommandResult.Succeeded);

        Received<JobEnded>().Single().Result.ShouldBe(JobResult.Cancelled);
        await UntilAsync(() => Last(HostA) is { Vms: [{ Status: VmStatus.Up }] } && Last(HostB) is { Vms: [] }, "everything as before");
    }

    [Fact]
    public async Task A_heartbeat_reaches_every_agent_of_the_process()
    {
        var contacts = new[] { HostA, HostB }.Select(host => _mesh.Services.GetRequiredService<HostAgentRegistry>().GetOrCreate(host).MeshContact).ToList();
        contacts.ShouldAllBe(contact => contact.HeardAt == null);

        await _mesh.Services.GetRequiredService<IMessageBus>().PublishAsync(new MeshHeartbeat(DateTimeOffset.UnixEpoch));

        await UntilAsync(() => contacts.All(contact => contact.HeardAt is not null), "the heartbeat");
    }

    private static SimulatedCluster Cluster()
    {
        var cluster = new SimulatedCluster(TimeProvider.System);
        cluster.AddHost(new SimulatedHost { Name = HostA, Link = BytesPerSecond.FromMebibytes(500) });
        cluster.AddHost(new SimulatedHost { Name = HostB, Link = BytesPerSecond.FromMebibytes(500) });
        cluster.AddVm(HostA, new SimulatedVm
        {
            Id = One,
            Name = "vm",
            Memory = Bytes.FromMebibytes(256),
            Dirty = DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(50)),
            Persistent = false,
            Disks = [Vm.Disk("vda", "/images/one.qcow2")],
        });
        return cluster;
    }

    private IReadOnlyList<T> Received<T>() => [.. _received.OfType<T>()];

    private HostReport? Last(HostName host) => Received<HostReport>().LastOrDefault(report => report.Host == host);

    private Task SendAsync(HostName host, AgentCommand command) =>
        _mesh.Services.GetRequiredService<IMessageBus>().SendAsync(AgentQueues.Commands(host), command);

    private async Task<CommandAnswer> AnswerToAsync(HostName host, AgentCommand command)
    {
        await SendAsync(host, command);
        await UntilAsync(() => Received<CommandAnswer>().Any(answer => answer.CommandId == command.CommandId), $"an answer to {command}");
        return Received<CommandAnswer>().Single(answer => answer.CommandId == command.CommandId);
    }

    private static async Task UntilAsync(Func<bool> isSo, string what)
    {
        var waiting = Stopwatch.StartNew();
        while (!isSo())
        {
            if (waiting.Elapsed > TimeSpan.FromSeconds(30))
                throw new TimeoutException($"waited 30 s for {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    private sealed class RecordingHandler<T>(ConcurrentQueue<object> received) : IMessageHandler<T>
        where T : class
    {
        public Task HandleAsync(T message, CancellationToken cancellation)
        {
            received.Enqueue(message);
            return Task.CompletedTask;
        }
    }
}
