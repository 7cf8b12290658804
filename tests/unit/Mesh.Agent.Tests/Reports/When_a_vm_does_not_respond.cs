using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Reports;

/// <summary>A VM whose QEMU hangs neither keeps the host's inventory back nor the other VMs on their host.</summary>
public sealed class When_a_vm_does_not_respond : IAsyncDisposable
{
    private static readonly VmId Hung = Vm.Id(1);
    private static readonly VmId Other = Vm.Id(2);
    private readonly AgentHarness _host = new();
    private readonly TaskCompletionSource _hang = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public When_a_vm_does_not_respond() => _host.Options.InventoryInterval = TimeSpan.FromSeconds(5);

    private IReadOnlyList<HostInventory> Inventories => _host.Bus.Messages<HostInventory>();

    private VmDescription? Latest(VmId vm) => Inventories is [.., var last] ? last.Vms.FirstOrDefault(known => known.Id == vm) : null;

    [Fact]
    public async Task Should_send_the_others_and_what_was_known_of_it()
    {
        _host.Hypervisor.Disks[Hung] = [Vm.Disk("vda")];
        await StartedAsync();
        Hang(Hung);

        await _host.UntilAsync(() => Latest(Hung) is { NotResponding: true }, "the mark");

        Latest(Hung)!.Disks.ShouldHaveSingleItem().Target.ShouldBe("vda");
        Latest(Hung)!.Memory.ShouldBe(Bytes.FromGibibytes(1));
        Latest(Other)!.NotResponding.ShouldBeFalse();
        _host.Log.Lines.Count(line => line.StartsWith("1022 ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Should_send_its_name_and_state_when_nothing_is_known_of_it()
    {
        Hang(Hung);
        await StartedAsync();

        await _host.UntilAsync(() => Latest(Hung) is not null, "the VM");

        var vm = Latest(Hung)!;
        (vm.Name, vm.Status, vm.NotResponding).ShouldBe(("hung", VmStatus.Up, true));
        Latest(Other)!.NotResponding.ShouldBeFalse();
    }

    [Fact]
    public async Task Should_clear_the_mark_once_it_responds()
    {
        await StartedAsync();
        Hang(Hung);
        await _host.UntilAsync(() => Latest(Hung) is { NotResponding: true }, "the mark");

        _host.Hypervisor.Holds.Clear();
        _hang.SetResult();

        await _host.UntilAsync(() => Latest(Hung) is { NotResponding: false }, "the mark is cleared");
        _host.Log.Has(1023).ShouldBeTrue();
    }

    [Fact]
    public async Task Should_not_ask_it_again_before_it_has_answered()
    {
        await StartedAsync();
        Hang(Hung);
        await _host.UntilAsync(() => Latest(Hung) is { NotResponding: true }, "the mark");
        var (asked, sent) = (_host.Hypervisor.Count($"DescribeVm {Hung}"), Inventories.Count);

        await _host.UntilAsync(() => Inventories.Count >= sent + 3, "further inventories");

        _host.Hypervisor.Count($"DescribeVm {Hung}").ShouldBe(asked);
        _host.Hypervisor.Count($"DescribeVm {Other}").ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task Should_wait_for_many_of_them_no_longer_than_an_interval()
    {
        foreach (var number in Enumerable.Range(10, 30))
        {
            _host.Hypervisor.AddVm(Vm.Id(number));
            Hang(Vm.Id(number));
        }

        var startedAt = _host.Clock.GetUtcNow();
        await StartedAsync();

        (_host.Clock.GetUtcNow() - startedAt).ShouldBeLessThan(new AgentOptions().InventoryInterval);
        Inventories[0].Vms.Count(vm => vm.NotResponding).ShouldBe(30);
        Latest(Other)!.NotResponding.ShouldBeFalse();
    }

    [Fact]
    public async Task Should_send_a_vm_whose_description_fails_as_not_responding()
    {
        await StartedAsync();
        _host.Hypervisor.Failures[$"DescribeVm {Hung}"] = () => new HypervisorException(HypervisorErrorCode.Other, Hung, "internal error");

        await _host.UntilAsync(() => Latest(Hung) is { NotResponding: true }, "the mark");

        Latest(Other)!.NotResponding.ShouldBeFalse();
    }

    [Fact]
    public async Task Should_not_mark_a_vm_that_is_migrating()
    {
        await StartedAsync();
        (await _host.SendAndWaitAsync(Vm.Start(Hung))).Result.ShouldBe(CommandResult.Succeeded);
        await _host.UntilAsync(() => _host.Hypervisor.Calls.ContainsKey(Hung), "the call");
        _host.Hypervisor.Jobs[Hung] = ScriptedHypervisor.PreCopy(new Bytes(1 << 20), new Bytes(1));
        _host.Hypervisor.NotResponding[Hung] = true;
        var sent = Inventories.Count;

        await _host.UntilAsync(() => Inventories.Count >= sent + 2, "further inventories");

        Latest(Hung)!.NotResponding.ShouldBeFalse("QEMU does not answer in its final pass");
    }

    [Fact]
    public async Task Should_refuse_to_start_its_migration_and_start_another()
    {
        await StartedAsync();
        _host.Hypervisor.NotResponding[Hung] = true;
        _host.Hypervisor.Holds[$"ReadJob {Hung}"] = _hang.Task;

        var refused = await _host.SendAndWaitAsync(Vm.Start(Hung));
        refused.Result.ShouldBe(CommandResult.Rejected);
        var refusal = refused.Refusals.ShouldHaveSingleItem();
        refusal.Code.ShouldBe(RefusalCode.VmNotResponding);
        refusal.Message.ShouldStartWith("hung is not responding on hosta");

        (await _host.SendAndWaitAsync(Vm.Start(Other, migration: "other"))).Result.ShouldBe(CommandResult.Succeeded);
    }

    [Fact]
    public async Task Should_look_at_one_vm_alone_to_start_its_migration()
    {
        await StartedAsync();
        var described = _host.Hypervisor.Count($"DescribeVm {Hung}");

        (await _host.SendAndWaitAsync(Vm.Start(Other))).Result.ShouldBe(CommandResult.Succeeded);

        _host.Hypervisor.Count($"DescribeVm {Hung}").ShouldBe(described);
    }

    public async ValueTask DisposeAsync()
    {
        _hang.TrySetResult();
        await _host.DisposeAsync();
    }

    private void Hang(VmId vm) => _host.Hypervisor.Holds[$"DescribeVm {vm}"] = _hang.Task;

    private async Task StartedAsync()
    {
        _host.Hypervisor.AddVm(Hung, "hung");
        _host.Hypervisor.AddVm(Other, "other");
        await _host.StartAsync();
        await _host.UntilAsync(() => Inventories.Count > 0, "the first inventory");
    }
}
