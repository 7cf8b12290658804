using Mesh.Agent.Jobs;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Commands;

/// <summary>
/// Throttling and auto-converge in flight. QEMU can do neither for a migration that was started without; a quota of processor time has the
/// same effect.
/// </summary>
internal sealed class ThrottleChangeHandler(MigrationMonitor monitor)
{
    private const string RunsOnDestination = "the machine runs on the destination, where no migration slows it down";

    public Task<ParameterAnswer> SetAsync(Percent throttle)
    {
        if (throttle.Value is < 0 or > QemuAutoConverge.MaxPercent)
            return Refused(MigrationParameter.Throttle, $"a machine is slowed down by 0 to {QemuAutoConverge.MaxPercent} %, not by {throttle}");
        if (throttle.Value == 0)
            return ParameterSetter.TrySetAsync(MigrationParameter.Throttle, "0 %", () => monitor.Throttle.SetAsync(throttle));
        return monitor.IsPastPointOfNoReturn
            ? Refused(MigrationParameter.Throttle, RunsOnDestination)
            : ParameterSetter.TrySetAsync(
                MigrationParameter.Throttle,
                $"each of the machine's processors is held to {100 - throttle.Value} % of its time by a vCPU quota",
                () => monitor.Throttle.SetAsync(throttle),
                ParameterResult.Emulated);
    }

    public Task<ParameterAnswer> SetAutoConvergeAsync(bool isWanted)
    {
        var source = monitor.Record.Source!;
        if (source.Options.AutoConverge)
            return isWanted
                ? Applied("is on already")
                : Refused(MigrationParameter.AutoConverge, "QEMU fixes it when the migration starts; it is on and stays so");
        if (!isWanted)
            return source.IsAutoConvergeEmulated
                ? ParameterSetter.TrySetAsync(MigrationParameter.AutoConverge, "false", () => monitor.Throttle.SetAsync(new Percent(0)))
                : Applied("is off already");
        return monitor.IsPastPointOfNoReturn
            ? Refused(MigrationParameter.AutoConverge, RunsOnDestination)
            : ParameterSetter.TrySetAsync(
                MigrationParameter.AutoConverge,
                $"QEMU fixes its own when the migration starts; the agent does alike with a vCPU quota, {QemuAutoConverge.InitialPercent} % first and {QemuAutoConverge.IncrementPercent} % more each time",
                monitor.Throttle.StartAutoConvergeAsync,
                ParameterResult.Emulated);
    }

    private static Task<ParameterAnswer> Applied(string value) => Task.FromResult(new ParameterAnswer(MigrationParameter.AutoConverge, ParameterResult.Applied, value));

    private static Task<ParameterAnswer> Refused(MigrationParameter parameter, string why) => Task.FromResult(new ParameterAnswer(parameter, ParameterResult.Refused, why));
}
