using Mesh.Agent.Jobs;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Commands;

/// <summary>
/// Changes to throttle and auto-converge of a running job. QEMU supports neither for a migration that was started without it; a vCPU quota
/// has the same effect.
/// </summary>
internal sealed class ThrottleChangeHandler(MigrationMonitor monitor, ParameterSetter setter)
{
    private const string RunsOnDestination = "the VM runs on the destination, where it is not throttled";

    public Task<ParameterAnswer> SetAsync(Percent throttle)
    {
        if (throttle.Value is < 0 or > QemuAutoConverge.MaxPercent)
            return Refused(MigrationParameter.Throttle, $"must be 0 to {QemuAutoConverge.MaxPercent} %, not {throttle}");
        if (throttle.Value == 0)
            return setter.TrySetAsync(MigrationParameter.Throttle, "0 %", () => monitor.Controls.Throttle.SetAsync(throttle));
        return monitor.IsPastPointOfNoReturn
            ? Refused(MigrationParameter.Throttle, RunsOnDestination)
            : setter.TrySetAsync(
                MigrationParameter.Throttle,
                $"a vCPU quota limits each of the VM's vCPUs to {100 - throttle.Value} %",
                () => monitor.Controls.Throttle.SetAsync(throttle),
                ParameterResult.Emulated);
    }

    public Task<ParameterAnswer> SetAutoConvergeAsync(bool isWanted)
    {
        var source = monitor.Job.Source;
        if (source.Options.AutoConverge)
            return isWanted
                ? Applied("already on")
                : Refused(MigrationParameter.AutoConverge, "QEMU can set it only when the migration starts; it is on");
        if (!isWanted)
            return source.IsAutoConvergeEmulated
                ? setter.TrySetAsync(MigrationParameter.AutoConverge, "false", () => monitor.Controls.Throttle.SetAsync(new Percent(0)))
                : Applied("already off");
        return monitor.IsPastPointOfNoReturn
            ? Refused(MigrationParameter.AutoConverge, RunsOnDestination)
            : setter.TrySetAsync(
                MigrationParameter.AutoConverge,
                $"QEMU can set it only when the migration starts; the agent emulates it with a vCPU quota, {QemuAutoConverge.InitialPercent} % first and {QemuAutoConverge.IncrementPercent} % more each time",
                monitor.Controls.Throttle.StartAutoConvergeAsync,
                ParameterResult.Emulated);
    }

    private static Task<ParameterAnswer> Applied(string value) => Task.FromResult(new ParameterAnswer(MigrationParameter.AutoConverge, ParameterResult.Applied, value));

    private static Task<ParameterAnswer> Refused(MigrationParameter parameter, string why) => Task.FromResult(new ParameterAnswer(parameter, ParameterResult.Refused, why));
}
