using Mesh.Contracts.Migrations;
using Mesh.Testing.Fixtures;
using static Mesh.Contracts.Migrations.MigrationOutcome;

namespace Mesh.Chaos.Tests;

/// <summary>The rows of the table. The longest come first, because rows of different pairs of hosts run in parallel.</summary>
internal static class Faults
{
    /// <summary>A VM counts as lost only after both hosts have agreed for three minutes.</summary>
    private static readonly TimeSpan LongEndTimeout = TimeSpan.FromMinutes(5);

    public static readonly IReadOnlyList<Fault> All =
    [
        new("power of the source", pair => pair.PowerOffAsync(pair.Source), pair => pair.PowerOnAsync(pair.Source))
        {
            UnresponsiveHost = pair => pair.Source,
            EndTimeout = LongEndTimeout,
            ExpectedOutcomes = ByPhase(("prepare", GuestDies(Failed, GuestStopped)), ("pre-copy", GuestDies(Lost)), ("switch-over", GuestDies(Lost)), ("post-copy", GuestDies(Lost)), ("queue", GuestDies(Refused, GuestStopped))),
        },
        new("power of the destination", pair => pair.PowerOffAsync(pair.Destination), pair => pair.PowerOnAsync(pair.Destination))
        {
            UnresponsiveHost = pair => pair.Destination,
            EndTimeout = LongEndTimeout,
            ExpectedOutcomes = ByPhase(("pre-copy", FailsOnSource), ("switch-over", FailsOnSource), ("post-copy", GuestDies(Lost)), ("queue", new ExpectedOutcome(Completed, Refused))),
        },
        Fenced("the source", pair => pair.Source) with
        {
            ExpectedOutcomes = ByPhase(("prepare", GuestDies(Lost)), ("pre-copy", GuestDies(Lost)), ("switch-over", GuestDies(Lost)), ("post-copy", GuestDies(Lost)), ("queue", GuestDies(Lost))),
        },
        Fenced("the destination", pair => pair.Destination) with
        {
            ExpectedOutcomes = ByPhase(("prepare", FailsOnSource), ("pre-copy", FailsOnSource), ("switch-over", FailsOnSource), ("post-copy", GuestDies(Lost)), ("queue", new ExpectedOutcome(Refused))),
        },
        new("libvirtd of the source", pair => pair.KillDaemonAsync(pair.Source), pair => pair.StartDaemonAsync(pair.Source))
        {
            ExpectedOutcomes = ByPhase(("prepare", new ExpectedOutcome(Completed, Failed)), ("pre-copy", FailsOnSource), ("switch-over", new ExpectedOutcome(Completed, Failed)), ("queue", new ExpectedOutcome(Completed, Failed))),
        },
        new("libvirtd of the destination", pair => pair.KillDaemonAsync(pair.Destination), pair => pair.StartDaemonAsync(pair.Destination))
        {
            ExpectedOutcomes = ByPhase(("prepare", new ExpectedOutcome(Completed, Failed)), ("pre-copy", FailsOnSource), ("switch-over", FailsOnSource), ("queue", new ExpectedOutcome(Completed, Failed))),
        },
        new("agent of the source", pair => pair.KillAgentAsync(pair.Source), pair => pair.StartAgentAsync(pair.Source)),
        new("agent of the destination", pair => pair.KillAgentAsync(pair.Destination), pair => pair.StartAgentAsync(pair.Destination)),
        Service(MeshProcesses.Gateway, MeshProcesses.Policy) with { Name = "gateway and policy" },
        Service(MeshProcesses.Scheduler),
        Service(MeshProcesses.Migrations),
        new("RabbitMQ", pair => pair.Mesh.Broker.KillAsync(), pair => pair.Mesh.Broker.StartAsync()) { IsExclusive = true },
        new("PostgreSQL", pair => pair.Store.KillAsync(), pair => pair.Store.StartAsync()) { IsExclusive = true },
        Service(MeshProcesses.AllInOne) with { Name = "mesh up (all in one)", Services = [MeshProcesses.AllInOne] },
    ];

    private static ExpectedOutcome FailsOnSource => new(Failed);

    /// <summary>A host that stays off until the migrations have ended, and that an operator confirms to be off.</summary>
    private static Fault Fenced(string which, Func<HostPair, string> host) =>
        new($"power of {which}, fenced", pair => pair.PowerOffAsync(host(pair)), pair => pair.FenceAsync(host(pair)))
        {
            UnresponsiveHost = host,
            Restore = pair => pair.PowerOnAsync(host(pair)),
            EndTimeout = LongEndTimeout,
        };

    private static Fault Service(params string[] names) => new(
        names[0],
        pair => Task.WhenAll(names.Select(pair.KillServiceAsync)),
        async pair =>
        {
            foreach (var name in names)
                await pair.StartServiceAsync(name);
        })
    { IsExclusive = true };

    private static ExpectedOutcome GuestDies(params MigrationOutcome[] outcomes) => new(outcomes) { GuestDies = true };

    private static Dictionary<string, ExpectedOutcome> ByPhase(params (string Phase, ExpectedOutcome Expected)[] phases) => phases.ToDictionary(item => item.Phase, item => item.Expected, StringComparer.Ordinal);
}
