using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Commands;

/// <summary>A parameter that cannot be set at one moment is set a little later: a refusal would lead its policy on towards an abort.</summary>
public sealed class When_a_setting_times_out : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly AgentHarness _host = new();
    private int _before;

    public static TheoryData<string, string> Settings => new()
    {
        { "SetMaxDowntime", "maxDowntime" },
        { "SetBandwidth", "bandwidth" },
        { "SetThrottle", "throttle" },
        { "Suspend", "suspend" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Should_be_set_again(string call, string parameter)
    {
        await StartedAsync();
        FailFirst(call, 2, HypervisorErrorCode.TimedOut);

        var answer = await _host.SendAndWaitAsync(Change(parameter));

        answer.Parameters.ShouldHaveSingleItem().Result.ShouldBeOneOf(ParameterResult.Applied, ParameterResult.Emulated);
        _host.Hypervisor.Log.Skip(_before).ShouldHaveSingleItem().ShouldStartWith($"{call} {One}");
        _host.Log.Has(1125).ShouldBeTrue();
    }

    [Theory]
    [InlineData(HypervisorErrorCode.TimedOut)]
    [InlineData(HypervisorErrorCode.Busy)]
    [InlineData(HypervisorErrorCode.Unreachable)]
    public async Task Should_fail_after_a_while_and_not_abort_the_migration(HypervisorErrorCode code)
    {
        await StartedAsync();
        _host.Options.SettingRetryTime = 10 * Second;
        FailFirst("SetMaxDowntime", int.MaxValue, code);
        var begun = _host.Clock.GetUtcNow();

        var answer = await _host.SendAndWaitAsync(Change("maxDowntime"));

        answer.Parameters.ShouldHaveSingleItem().Result.ShouldBe(ParameterResult.Failed);
        (_host.Clock.GetUtcNow() - begun).ShouldBeInRange(5 * Second, 12 * Second);
        await _host.RunAsync(5 * Second);
        _host.Hypervisor.Log.ShouldNotContain($"AbortJob {One}");
        _host.Bus.Messages<AgentEvent>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_be_refused_at_once_when_the_hypervisor_refuses()
    {
        await StartedAsync();
        var before = _host.Hypervisor.Count("SetMaxDowntime");
        FailFirst("SetMaxDowntime", int.MaxValue, HypervisorErrorCode.Other);

        (await _host.SendAndWaitAsync(Change("maxDowntime"))).Parameters.ShouldHaveSingleItem().Result.ShouldBe(ParameterResult.Refused);

        (_host.Hypervisor.Count("SetMaxDowntime") - before).ShouldBe(1);
    }

    [Fact]
    public async Task Should_be_applied_when_a_suspension_that_timed_out_has_taken_effect()
    {
        await StartedAsync();
        _host.Hypervisor.Failures["Suspend"] = () =>
        {
            _host.Hypervisor.AddVm(One, state: VmRunState.PausedMigrating, detail: "paused (migrating)");
            return new HypervisorException(HypervisorErrorCode.TimedOut, One, "no answer");
        };
        var before = _host.Hypervisor.Count("Suspend");

        (await _host.SendAndWaitAsync(Change("suspend"))).Parameters.ShouldHaveSingleItem().Result.ShouldBe(ParameterResult.Applied);

        (_host.Hypervisor.Count("Suspend") - before).ShouldBe(1);
    }

    [Fact]
    public async Task Should_leave_no_suspension_on_record_that_never_took_effect()
    {
        await StartedAsync();
        _host.Options.SettingRetryTime = 2 * Second;
        FailFirst("Suspend", int.MaxValue, HypervisorErrorCode.Busy);
        (await _host.SendAndWaitAsync(Change("suspend"))).Parameters.ShouldHaveSingleItem().Result.ShouldBe(ParameterResult.Failed);

        _host.Hypervisor.Failures.Clear();
        (await _host.SendAndWaitAsync(Change("suspend"))).Parameters.ShouldHaveSingleItem().Explanation.ShouldBe("true", "it is made, not taken for made");
    }

    [Fact]
    public async Task Should_switch_to_post_copy_later()
    {
        await StartedAsync(new MigrationOptions { PostCopy = true });
        FailFirst("StartPostCopy", 3, HypervisorErrorCode.TimedOut);

        (await _host.SendAndWaitAsync(Change("postCopy"))).Parameters.ShouldHaveSingleItem().Result.ShouldBe(ParameterResult.Emulated);

        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"StartPostCopy {One}"), "the switch");
    }

    [Fact]
    public async Task Should_set_again_what_a_start_sets()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        FailFirst("SetMaxDowntime", 1, HypervisorErrorCode.TimedOut);

        var answer = await _host.SendAndWaitAsync(Vm.Start(One, options: new MigrationOptions { MaxDowntime = TimeSpan.FromMilliseconds(500) }));

        answer.Parameters.ShouldBe([new(MigrationParameter.MaxDowntime, ParameterResult.Applied, "500 ms")]);
        _host.Hypervisor.Log.ShouldContain($"SetMaxDowntime {One} 500");
    }

    [Fact]
    public async Task Should_take_the_same_step_of_the_downtime_again_in_the_next_pass()
    {
        _host.Options.SettingRetryTime = TimeSpan.Zero;
        await StartedAsync(new MigrationOptions { MaxDowntime = TimeSpan.FromMilliseconds(500) }, new MigrationLimits { EnableDowntimeThread = true });
        FailFirst("SetMaxDowntime", 1, HypervisorErrorCode.TimedOut);
        for (var iteration = 2L; iteration <= 7; iteration++)
        {
            _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1), new Bytes(iteration), iteration);
            var seen = iteration;
            await _host.UntilAsync(() => _host.Report.Migrations is [{ Copy.Iteration: var now }] && now == seen, $"pass {iteration}");
            await _host.RunAsync(Second);
        }

        _host.Hypervisor.Log.Where(line => line.StartsWith("SetMaxDowntime", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])
            .ShouldBe(["101", "104", "120", "189", "500"]);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static ChangeParameters Change(string parameter) => Vm.Change(One) with
    {
        Parameters = parameter switch
        {
            "maxDowntime" => new() { MaxDowntime = TimeSpan.FromSeconds(1) },
            "bandwidth" => new() { Bandwidth = BytesPerSecond.FromMebibytes(10) },
            "throttle" => new() { Throttle = new Percent(40) },
            "suspend" => new() { Suspend = true },
            "postCopy" => new() { PostCopy = true },
            _ => throw new ArgumentOutOfRangeException(nameof(parameter), parameter, null),
        },
    };

    private void FailFirst(string call, int times, HypervisorErrorCode code)
    {
        var left = times;
        _host.Hypervisor.Failures[call] = () =>
        {
            if (--left <= 0)
                _host.Hypervisor.Failures.TryRemove(call, out _);
            return new HypervisorException(code, One, "Timed out during operation: cannot acquire state change lock");
        };
    }

    private async Task StartedAsync(MigrationOptions? options = null, MigrationLimits? limits = null)
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        (await _host.SendAndWaitAsync(Vm.Start(One, options: options, limits: limits))).Result.ShouldBe(CommandResult.Succeeded);
        await _host.UntilAsync(() => _host.Hypervisor.Calls.ContainsKey(One), "the call");
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(900 << 20), new Bytes(1 << 20));
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Phase: JobPhase.PreCopy }], "the first sample");
        _before = _host.Hypervisor.Log.Count;
    }
}
