using Mesh.Agent.Simulated;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Policy.Documents;
using Mesh.Simulation.Hosts;

namespace Mesh.Simulation.Worlds;

/// <summary>Random requests, as operators may send them.</summary>
internal static class RandomRequests
{
    private static readonly MigrationPriority[] Priorities = Enum.GetValues<MigrationPriority>();

    public static MigrationOptions Options(Random random, SimulatedVm vm)
    {
        var isPostCopy = random.NextDouble() < 0.3;
        var action = isPostCopy && random.NextDouble() < 0.7
            ? TimeoutAction.PostCopy
            : random.NextDouble() < 0.5 ? TimeoutAction.Suspend : TimeoutAction.Abort;
        return new MigrationOptions
        {
            AutoConverge = random.NextDouble() < 0.4,
            PostCopy = isPostCopy,
            Timeout = isPostCopy || random.NextDouble() < 0.3 ? TimeSpan.FromSeconds(random.Next(1, isPostCopy ? 6 : 25)) : null,
            TimeoutAction = action,
            Persistent = random.NextDouble() < 0.5,
            UndefineSource = random.NextDouble() < 0.3,
            Live = isPostCopy || random.NextDouble() < 0.95,
            CopyStorage = vm.Disks.Count > 0 ? CopyStorage.All : CopyStorage.None,
        };
    }

    /// <summary>The allowed hosts: mostly one, sometimes several, sometimes any.</summary>
    public static (HostName? To, IReadOnlyList<HostName>? Alternatives) Destinations(Random random, IReadOnlyList<HostNode> hosts, HostName? from)
    {
        var others = hosts.Select(host => host.Name).Where(host => host != from).ToList();
        var to = others[random.Next(others.Count)];
        IReadOnlyList<HostName> alternatives = [.. others.Where(host => host != to && random.NextDouble() < 0.6)];
        return random.NextDouble() switch
        {
            < 0.4 => (to, null),
            < 0.65 => (to, alternatives.Count > 0 ? alternatives : null),
            < 0.75 => (null, [to, .. alternatives]),
            _ => (null, null),
        };
    }

    public static MigrationPriority Priority(Random random) => random.NextDouble() < 0.6
        ? MigrationPriority.Operator
        : Priorities[random.Next(Priorities.Length)];

    /// <summary>Another priority or other allowed hosts for a waiting migration.</summary>
    public static RescheduleMigration Reschedule(Random random, MigrationId id, IReadOnlyList<HostNode> hosts)
    {
        var reschedule = new RescheduleMigration { Id = id, RequestedBy = "operator" };
        var to = hosts[random.Next(hosts.Count)].Name;
        return random.Next(4) switch
        {
            0 => reschedule with { Priority = Priority(random) },
            1 => reschedule with { ToAny = true },
            2 => reschedule with { To = to, Alternatives = [hosts[random.Next(hosts.Count)].Name] },
            _ => reschedule with { To = to },
        };
    }

    public static MigrationLimits Limits(Random random) => new()
    {
        CompletionTimeout = random.NextDouble() < 0.5 ? TimeSpan.FromSeconds(random.Next(5, 60)) : TimeSpan.FromSeconds(120),
        ProgressTimeout = random.NextDouble() < 0.5 ? TimeSpan.FromSeconds(random.Next(3, 20)) : TimeSpan.FromSeconds(60),
        StallingLimit = random.NextDouble() < 0.3 ? TimeSpan.FromSeconds(random.Next(2, 10)) : null,
        EnableDowntimeThread = random.NextDouble() < 0.3,
    };

    /// <summary>The named policy; null for the VM's own.</summary>
    public static string? Policy(Random random) => random.NextDouble() < 0.6 ? ShippedPolicies.All[random.Next(ShippedPolicies.All.Count)].Name : null;

    /// <summary>What a policy may do to the VM.</summary>
    public static PolicyPermissions? Allow(Random random) => random.NextDouble() < 0.3
        ? new() { Throttle = random.NextDouble() < 0.5, PostCopy = random.NextDouble() < 0.5, Suspend = random.NextDouble() < 0.5, Compression = random.NextDouble() < 0.5 }
        : null;

    /// <summary>A change of a running migration.</summary>
    public static ChangeMigration Change(Random random, MigrationId id, int number)
    {
        var change = new ChangeMigration { Id = id, ChangeId = $"{id}-{number}", RequestedBy = "operator", Reason = "random" };
        return random.Next(9) switch
        {
            0 => change with { Parameters = new() { MaxDowntime = TimeSpan.FromMilliseconds(random.Next(1, 3000)) } },
            1 => change with { Parameters = new() { Bandwidth = BytesPerSecond.FromMebibytes(random.Next(1, 500)) } },
            2 => change with { Parameters = new() { Throttle = new Percent(random.Next(0, 100)) } },
            3 => change with { Parameters = new() { AutoConverge = random.NextDouble() < 0.7 } },
            4 => change with { Parameters = new() { PostCopy = true } },
            5 => change with { Parameters = new() { Suspend = true } },
            6 => change with { ForceComplete = true },
            _ => change with { Policy = ShippedPolicies.All[random.Next(ShippedPolicies.All.Count)].Name },
        };
    }

    /// <summary>A request's details for the trace.</summary>
    public static string Describe(RequestMigration request)
    {
        var options = request.Options;
        List<string> parts =
        [
            $"to {request.To?.ToString() ?? "any host"}{(request.Alternatives is { } others ? $" of {string.Join(", ", others)}" : "")}",
            $"priority {request.Priority}",
            $"completion {request.Limits.CompletionTimeout?.TotalSeconds:0} s",
            $"progress {request.Limits.ProgressTimeout?.TotalSeconds:0} s",
            request.Policy ?? "default policy",
        ];
        if (options.PostCopy)
            parts.Add("post-copy");
        if (options.Timeout is { } timeout)
            parts.Add($"{options.TimeoutAction} after {timeout.TotalSeconds:0} s");
        if (!options.Live)
            parts.Add("paused");
        if (options.CopyStorage is not CopyStorage.None)
            parts.Add("disks");
        return string.Join(", ", parts);
    }
}
