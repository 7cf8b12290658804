using Mesh.Contracts.Agents;
using Microsoft.Extensions.Options;

namespace Mesh.Agent.Configuration;

/// <summary>Reports everything that is wrong with an agent's settings at once.</summary>
internal sealed class AgentOptionsValidator : IValidateOptions<AgentOptions>
{
    public ValidateOptionsResult Validate(string? name, AgentOptions options) =>
        Validate(options).ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;

    public static IEnumerable<string> Validate(AgentOptions options)
    {
        foreach (var (name, value, min, max) in Durations(options))
            if (value < min || value > max)
                yield return $"Agent:{name} must be {FormatDuration(min)} to {FormatDuration(max)}, not {FormatDuration(value)}";

        if (options.FastTick > options.Tick)
            yield return $"Agent:FastTick ({FormatDuration(options.FastTick)}) must not exceed Agent:Tick ({FormatDuration(options.Tick)})";
        if (options.RecordsKeptMax is < 10 or > 10_000)
            yield return $"Agent:RecordsKeptMax must be 10 to 10000, not {options.RecordsKeptMax}";
        if (options.MemoryMarginMebibytes < 0)
            yield return $"Agent:MemoryMarginMebibytes must be 0 or more, not {options.MemoryMarginMebibytes}";
        if (options.MigrationTarget is { } target && !Uri.TryCreate(target, UriKind.Absolute, out _))
            yield return $"Agent:MigrationTarget must be a URI such as qemu+tcp://hostb/system, not '{target}'";
        if (options.StateDirectory is { Length: 0 })
            yield return "Agent:StateDirectory is empty";
        if (options.LinkMebibytesPerSecond is < 1 or > 1_000_000)
            yield return $"Agent:LinkMebibytesPerSecond must be 1 to 1000000, not {options.LinkMebibytesPerSecond}";
        foreach (var problem in HostLabelValidator.Validate(options.Labels))
            yield return $"Agent:Labels: {problem}";
    }

    private static IEnumerable<(string Name, TimeSpan Value, TimeSpan Min, TimeSpan Max)> Durations(AgentOptions options)
    {
        var (ms, second, minute) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        yield return (nameof(options.Tick), options.Tick, 50 * ms, minute);
        yield return (nameof(options.FastTick), options.FastTick, 10 * ms, minute);
        yield return (nameof(options.FastTickBelow), options.FastTickBelow, TimeSpan.Zero, minute);
        yield return (nameof(options.InventoryInterval), options.InventoryInterval, second, 60 * minute);
        yield return (nameof(options.InventoryDelay), options.InventoryDelay, TimeSpan.Zero, minute);
        yield return (nameof(options.CallTimeout), options.CallTimeout, second, 5 * minute);
        yield return (nameof(options.VmResponseTimeout), options.VmResponseTimeout, second, minute);
        yield return (nameof(options.AutonomyAfter), options.AutonomyAfter, 2 * AgentProtocol.HeartbeatInterval, 24 * 60 * minute);
        yield return (nameof(options.AutonomousCompletionTimeoutPerGiB), options.AutonomousCompletionTimeoutPerGiB, second, 24 * 60 * minute);
        yield return (nameof(options.SettingRetryTime), options.SettingRetryTime, TimeSpan.Zero, 5 * minute);
        yield return (nameof(options.AbortRetryInterval), options.AbortRetryInterval, 50 * ms, minute);
        yield return (nameof(options.RetryIntervalMax), options.RetryIntervalMax, second, 60 * minute);
        yield return (nameof(options.CompletedStatsWait), options.CompletedStatsWait, TimeSpan.Zero, minute);
        yield return (nameof(options.IncomingSampleRetention), options.IncomingSampleRetention, TimeSpan.Zero, 10 * minute);
    }

    private static string FormatDuration(TimeSpan value) =>
        value.TotalSeconds >= 1 ? $"{value.TotalSeconds:0.###} s" : $"{value.TotalMilliseconds:0.###} ms";
}
