using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Commands;

public sealed class CommandTests : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private static readonly VmId Two = Vm.Id(2);
    private readonly AgentHarness _host = new();

    [Fact]
    public async Task A_repeated_command_gets_the_same_answer_and_acts_once()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        var start = Vm.Start(One);

        var first = await _host.SendAndWaitAsync(start);
        var second = await _host.SendAndWaitAsync(start);

        first.Result.ShouldBe(CommandResult.Succeeded);
        second.ShouldBe(first with { HostUuid = second.HostUuid });
        await _host.UntilAsync(() => _host.Hypervisor.Calls.ContainsKey(One), "the call");
        _host.Hypervisor.Log.Count(line => line == $"Migrate {One}").ShouldBe(1);
    }

    [Fact]
    public async Task An_older_attempt_is_refused()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        await _host.SendAndWaitAsync(Vm.Abort(One, epoch: 3));

        var answer = await _host.SendAndWaitAsync(Vm.Start(One, epoch: 2));

        answer.Result.ShouldBe(CommandResult.Rejected);
        answer.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.StaleEpoch);
        _host.Hypervisor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_abort_that_overtakes_its_start_is_not_lost()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);

        (await _host.SendAndWaitAsync(Vm.Abort(One))).Result.ShouldBe(CommandResult.Succeeded);
        var start = await _host.SendAndWaitAsync(Vm.Start(One));
        var next = await _host.SendAndWaitAsync(Vm.Start(One, epoch: 2));

        start.Result.ShouldBe(CommandResult.Rejected);
        start.Refusals[0].Message.ShouldContain("aborted before it started");
        next.Result.ShouldBe(CommandResult.Succeeded);
    }

    [Fact]
    public async Task A_slow_command_for_one_vm_delays_that_vm_only()
    {
        await _host.StartAsync();
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Hypervisor.Holds["CreateImage"] = slow.Task;
        var prepare = Vm.Prepare(One, migration: "m1", disks: Vm.Disk("vda"));
        var cleanUp = Vm.CleanUp(One, migration: "m1");

        await _host.SendAsync(prepare);
        await _host.SendAsync(cleanUp);
        (await _host.SendAndWaitAsync(Vm.Abort(Two, migration: "m2"))).Result.ShouldBe(CommandResult.Succeeded);
        _host.Bus.Messages<CommandAnswer>().Count.ShouldBe(1);

        slow.SetResult();
        await _host.UntilAsync(() => _host.Bus.Messages<CommandAnswer>().Count == 3, "all answers");
        _host.Bus.Messages<CommandAnswer>().Select(answer => answer.CommandId).Skip(1).ShouldBe([prepare.CommandId, cleanUp.CommandId]);
        _host.Hypervisor.Images.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(VmRunState.Paused, RefusalCode.VmNotRunning)]
    [InlineData(VmRunState.Down, RefusalCode.VmNotRunning)]
    [InlineData(null, RefusalCode.UnknownVm)]
    public async Task Only_a_vm_that_runs_here_can_start(VmRunState? state, RefusalCode expected)
    {
        await _host.StartAsync();
        if (state is { } known)
            _host.Hypervisor.AddVm(One, state: known);

        (await _host.SendAndWaitAsync(Vm.Start(One))).Refusals.Select(one => one.Code).ShouldBe([expected]);
    }

    [Fact]
    public async Task A_vm_with_another_job_cannot_start()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        _host.Hypervisor.Jobs[One] = new HypervisorJob(JobOperation.Other, new());

        (await _host.SendAndWaitAsync(Vm.Start(One))).Refusals[0].Code.ShouldBe(RefusalCode.AlreadyMigrating);
    }

    [Fact]
    public async Task A_destination_that_resolves_to_this_host_is_rejected_with_the_other_problems()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One, state: VmRunState.Paused);
        _host.Hypervisor.LoopbackAddresses["qemu+tcp://hostb/system"] = "127.0.1.1";

        var answer = await _host.SendAndWaitAsync(Vm.Start(One));

        answer.Refusals.Select(one => one.Code).ShouldBe([RefusalCode.VmNotRunning, RefusalCode.LoopbackAddress]);
        answer.Refusals[1].Message.ShouldBe(
            "on hosta, qemu+tcp://hostb/system resolves to hosta itself (127.0.1.1); start the agent of hostb with a --migration-target that other hosts can reach");
        _host.Hypervisor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_start_sets_initial_parameters_and_answers_each_one()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        var options = new MigrationOptions { AutoConverge = true, MaxDowntime = TimeSpan.FromMilliseconds(500), Bandwidth = BytesPerSecond.FromMebibytes(32) };
        var answer = await _host.SendAndWaitAsync(Vm.Start(One, options: options, limits: new MigrationLimits { EnableDowntimeThread = true }));

        answer.Parameters.ShouldBe([
            new(MigrationParameter.AutoConverge, ParameterResult.Applied, "true"),
            new(MigrationParameter.MaxDowntime, ParameterResult.Emulated, "the agent raises it from 101 ms to 500 ms, iteration by iteration"),
            new(MigrationParameter.Bandwidth, ParameterResult.Applied, "32 MiB/s"),
        ]);
        _host.Hypervisor.Log.Take(2).ShouldBe([$"SetMaxDowntime {One} 101", $"SetBandwidth {One} PreCopy 32 MiB/s"]);
    }

    [Fact]
    public async Task A_change_answers_each_parameter_as_applied_or_refused()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        await _host.SendAndWaitAsync(Vm.Start(One));
        _host.Hypervisor.Failures["SetBandwidth"] = () => new HypervisorException(HypervisorErrorCode.Other, One, "no bandwidth");

        var answer = await _host.SendAndWaitAsync(Vm.Change(One) with
        {
            Parameters = new()
            {
                MaxDowntime = TimeSpan.FromSeconds(1),
                Bandwidth = new BytesPerSecond(1),
                PostCopy = true,
                Compression = false,
                Throttle = new Percent(40),
                AutoConverge = false,
                StallingLimit = TimeSpan.FromSeconds(9),
                Suspend = true,
            },
            Limits = new MigrationLimits { ProgressTimeout = TimeSpan.Zero, CompletionTimeout = TimeSpan.FromMinutes(1) },
        });

        answer.Result.ShouldBe(CommandResult.Succeeded);
        answer.Parameters.Select(one => (one.Parameter, one.Result)).ShouldBe([
            (MigrationParameter.Limits, ParameterResult.Applied),
            (MigrationParameter.StallingLimit, ParameterResult.Applied),
            (MigrationParameter.MaxDowntime, ParameterResult.Applied),
            (MigrationParameter.Bandwidth, ParameterResult.Refused),
            (MigrationParameter.Throttle, ParameterResult.Emulated),
            (MigrationParameter.AutoConverge, ParameterResult.Applied),
            (MigrationParameter.Compression, ParameterResult.Applied),
            (MigrationParameter.Suspend, ParameterResult.Applied),
            (MigrationParameter.PostCopy, ParameterResult.Refused),
        ]);
        answer.Parameters[0].Explanation.ShouldBe("progress timeout none, completion timeout 60 s");
        answer.Parameters[3].Explanation.ShouldBe("no bandwidth");
        answer.Parameters[4].Explanation.ShouldBe("a vCPU quota limits each of the VM's vCPUs to 60 %");
    }

    [Fact]
    public async Task A_change_without_a_running_migration_is_refused()
    {
        await _host.StartAsync();

        (await _host.SendAndWaitAsync(Vm.Change(One) with { Parameters = new() { Suspend = true } })).Result.ShouldBe(CommandResult.Rejected);
    }

    [Fact]
    public async Task Preparing_creates_images_and_cleaning_up_deletes_only_those()
    {
        await _host.StartAsync();
        _host.Hypervisor.Images["/images/other.raw"] = "raw";

        var prepared = await _host.SendAndWaitAsync(Vm.Prepare(One, disks: [Vm.Disk("vda"), Vm.Disk("vdb")]));
        prepared.Result.ShouldBe(CommandResult.Succeeded);
        prepared.DestinationUri.ShouldBe("qemu+tcp://hosta/system");
        _host.Hypervisor.Images.Count.ShouldBe(3);

        (await _host.SendAndWaitAsync(Vm.CleanUp(One))).Result.ShouldBe(CommandResult.Succeeded);
        _host.Hypervisor.Images.Keys.ShouldBe(["/images/other.raw"]);
    }

    [Fact]
    public async Task An_existing_image_is_never_touched()
    {
        await _host.StartAsync();
        _host.Hypervisor.Images["/images/vdb.qcow2"] = "somebody else's";

        var answer = await _host.SendAndWaitAsync(Vm.Prepare(One, disks: [Vm.Disk("vda"), Vm.Disk("vdb")]));

        answer.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.StorageError);
        await _host.SendAndWaitAsync(Vm.CleanUp(One));
        _host.Hypervisor.Images.ShouldHaveSingleItem().Value.ShouldBe("somebody else's");
    }

    [Fact]
    public async Task An_image_that_cannot_be_created_removes_the_others()
    {
        await _host.StartAsync();
        var created = 0;
        _host.Hypervisor.Failures["ImageExists"] = () => ++created == 1
            ? new HypervisorException(HypervisorErrorCode.Storage, null, "no space left")
            : new HypervisorException(HypervisorErrorCode.Other, null, "again");

        var answer = await _host.SendAndWaitAsync(Vm.Prepare(One, disks: [Vm.Disk("vda")]));

        answer.Result.ShouldBe(CommandResult.Rejected);
        answer.Refusals[0].Message.ShouldContain("no space left");
        _host.Hypervisor.Images.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(VmRunState.Running)]
    [InlineData(VmRunState.RunningPostCopy)]
    [InlineData(VmRunState.PostCopyFailed)]
    public async Task Cleaning_up_does_not_touch_a_running_vm_and_its_images(VmRunState state)
    {
        await _host.StartAsync();
        await _host.SendAndWaitAsync(Vm.Prepare(One, disks: [Vm.Disk("vda")]));
        _host.Hypervisor.AddVm(One, state: state);

        (await _host.SendAndWaitAsync(Vm.CleanUp(One))).Result.ShouldBe(CommandResult.Rejected);
        _host.Hypervisor.Images.Count.ShouldBe(1);
        _host.Hypervisor.Log.ShouldNotContain($"DestroyIncoming {One}");
    }

    [Fact]
    public async Task A_vm_that_arrived_has_its_images_even_when_it_is_shut_off_later()
    {
        await _host.StartAsync();
        await _host.SendAndWaitAsync(Vm.Prepare(One, disks: [Vm.Disk("vda")]));
        _host.Hypervisor.AddVm(One, detail: "running (migrated)");
        await _host.UntilAsync(() => _host.Log.Has(1123), "the arrival to be detected");
        _host.Hypervisor.AddVm(One, state: VmRunState.Down, detail: "shut off (shutdown)");

        (await _host.SendAndWaitAsync(Vm.CleanUp(One))).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.VmMovedAway);
        _host.Hypervisor.Images.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_vm_that_still_waits_for_a_migration_is_removed()
    {
        await _host.StartAsync();
        await _host.SendAndWaitAsync(Vm.Prepare(One));
        _host.Hypervisor.AddVm(One, state: VmRunState.PausedMigrating);

        (await _host.SendAndWaitAsync(Vm.CleanUp(One))).Result.ShouldBe(CommandResult.Succeeded);
        _host.Hypervisor.Log.ShouldContain($"DestroyIncoming {One}");
    }

    [Fact]
    public async Task A_broker_that_is_down_gets_the_answer_later()
    {
        await _host.StartAsync();
        _host.Bus.IsDown = true;
        var abort = Vm.Abort(One);
        await _host.SendAsync(abort);
        await _host.UntilAsync(() => _host.Log.Has(1030), "a failed attempt");

        _host.Bus.IsDown = false;

        await _host.UntilAsync(() => _host.Bus.Messages<CommandAnswer>().Any(answer => answer.CommandId == abort.CommandId), "the answer");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
