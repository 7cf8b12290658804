using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;

namespace Mesh.Agent.Configuration;

/// <summary>Says everything that is wrong with an agent's settings at once.</summary>
internal static class AgentOptionsValidator
{
    public static void ThrowIfInvalid(AgentOptions options)
    {
        var problems = Validate(options).ToList();
        if (problems.Count > 0)
            throw new ProblemException($"the agent's settings (section Agent) are not accepted: {string.Join("; ", problems)}");
    }

    public static IEnumerable<string> Validate(AgentOptions options)
    {
        if (!IsHostName(options.Host))
            yield return $"Host '{options.Host}' takes 1 to 253 letters, digits, dots, hyphens or underscores";

        foreach (var (name, value, min, max) in Durations(options))
            if (value < min || value > max)
                yield return $"{name} is {FormatDuration(value)} and takes {FormatDuration(min)} to {FormatDuration(max)}";

        if (options.FastTick > options.Tick)
            yield return $"FastTick ({FormatDuration(options.FastTick)}) may not be longer than Tick ({FormatDuration(options.Tick)})";
        if (options.RecordsKeptMax is < 10 or > 10_000)
            yield return $"RecordsKeptMax is {options.RecordsKeptMax} and takes 10 to 10000";
        if (options.StuckCallsMax is < 1 or > 1_000)
            yield return $"StuckCallsMax is {options.StuckCallsMax} and takes 1 to 1000";
        if (options.KeepAliveCount is < 1 or > 100)
            yield return $"KeepAliveCount is {options.KeepAliveCount} and takes 1 to 100";
        if (options.MemoryMarginMebibytes < 0)
            yield return $"MemoryMarginMebibytes is {options.MemoryMarginMebibytes} and takes 0 or more";
        if (string.IsNullOrWhiteSpace(options.LibvirtUri))
            yield return "LibvirtUri is empty; qemu:///system is the usual one";
        if (options.MigrationTarget is { } target && !Uri.TryCreate(target, UriKind.Absolute, out _))
            yield return $"MigrationTarget '{target}' is no URI such as qemu+tcp://hostb/system";
        if (!Path.IsPathRooted(options.HostRoot))
            yield return $"HostRoot '{options.HostRoot}' is no absolute path such as /";
        if (options.StateDirectory is { Length: 0 })
            yield return "StateDirectory is empty; leave it out to keep the state in memory";
        foreach (var problem in HostLabelValidator.Validate(options.Labels).Concat(ValidateLinkAndPaths(options)))
            yield return problem;
    }

    private static IEnumerable<string> ValidateLinkAndPaths(AgentOptions options)
    {
        if (options.LinkMebibytesPerSecond is < 1 or > 1_000_000)
            yield return $"LinkMebibytesPerSecond is {options.LinkMebibytesPerSecond} and takes 1 to 1000000";
        if (options.LinkDevice is { } device && (device.Length is 0 or > 15 || device is "." or ".." || device.Any(item => item == '/' || char.IsWhiteSpace(item))))
            yield return $"LinkDevice '{device}' is no name of a network device such as eth1";
        foreach (var path in options.SharedPaths.Where(path => !Path.IsPathRooted(path) || path.Length < 2))
            yield return $"SharedPaths: '{path}' is no absolute path of a directory such as /var/lib/libvirt/shared";
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
        yield return (nameof(options.AbortRetryInterval), options.AbortRetryInterval, 50 * ms, minute);
        yield return (nameof(options.RetryIntervalMax), options.RetryIntervalMax, second, 60 * minute);
        yield return (nameof(options.CompletedStatsWait), options.CompletedStatsWait, TimeSpan.Zero, minute);
        yield return (nameof(options.IncomingSampleRetention), options.IncomingSampleRetention, TimeSpan.Zero, 10 * minute);
        yield return (nameof(options.KeepAliveInterval), options.KeepAliveInterval, TimeSpan.Zero, 10 * minute);
    }

    private static bool IsHostName(string text)
    {
        try
        {
            return new HostName(text).Value.Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string FormatDuration(TimeSpan value) =>
        value.TotalSeconds >= 1 ? $"{value.TotalSeconds:0.###} s" : $"{value.TotalMilliseconds:0.###} ms";
}
