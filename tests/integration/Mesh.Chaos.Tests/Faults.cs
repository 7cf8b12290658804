using Mesh.Contracts.Migrations;
using Mesh.Testing.Real;
using static Mesh.Contracts.Migrations.MigrationOutcome;

namespace Mesh.Chaos.Tests;

/// <summary>The rows of the table. Those that take longest come first, because rows of different pairs of hosts run side by side.</summary>
internal static class Faults
{
    /// <summary>That a machine is lost is named after three minutes of agreement only.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    public static readonly IReadOnlyList<Fault> All =
    [
        new("power of the source", pair => pair.PowerOffAsync(pair.Source), pair => pair.PowerOnAsync(pair.Source))
        {
            SilencesHost = pair => pair.Source,
            EndsWithin = Long,
            Ends = Each(("prepare", Dies(Failed)), ("pre-copy", Dies(Lost)), ("switch-over", Dies(Lost)), ("post-copy", Dies(Lost)), ("queue", Dies(Refused))),
        },
        new("power of the destination", pair => pair.PowerOffAsync(pair.Destination), pair => pair.PowerOnAsync(pair.Destination))
        {
            SilencesHost = pair => pair.Destination,
            EndsWithin = Long,
            Ends = Each(("pre-copy", Stays), ("switch-over", Stays), ("post-copy", Dies(Lost)), ("queue", new End(Completed, Refused))),
        },
        Fenced("the source", pair => pair.Source) with
        {
            Ends = Each(("prepare", Dies(Lost)), ("pre-copy", Dies(Lost)), ("switch-over", Dies(Lost)), ("post-copy", Dies(Lost)), ("queue", Dies(Lost))),
        },
        Fenced("the destination", pair => pair.Destination) with
        {
            Ends = Each(("prepare", Stays), ("pre-copy", Stays), ("switch-over", Stays), ("post-copy", Dies(Lost)), ("queue", new End(Refused))),
        },
        new("libvirtd of the source", pair => pair.KillDaemonAsync(pair.Source), pair => pair.StartDaemonAsync(pair.Source))
        {
            Ends = Each(("prepare", new End(Completed, Failed)), ("pre-copy", Stays), ("switch-over", new End(Completed, Failed)), ("queue", new End(Completed, Failed))),
        },
        new("libvirtd of the destination", pair => pair.KillDaemonAsync(pair.Destination), pair => pair.StartDaemonAsync(pair.Destination))
        {
            Ends = Each(("prepare", new End(Completed, Failed)), ("pre-copy", Stays), ("switch-over", Stays), ("queue", new End(Completed, Failed))),
        },
        new("agent of the source", pair => pair.KillAgentAsync(pair.Source), pair => pair.StartAgentAsync(pair.Source)),
        new("agent of the destination", pair => pair.KillAgentAsync(pair.Destination), pair => pair.StartAgentAsync(pair.Destination)),
        Service(MeshProcesses.Gateway, MeshProcesses.Policy) with { Name = "gateway and policy" },
        Service(MeshProcesses.Scheduler),
        Service(MeshProcesses.Migrations),
        new("RabbitMQ", pair => pair.Mesh.Broker.KillAsync(), pair => pair.Mesh.Broker.StartAsync()) { HitsEveryone = true },
        new("PostgreSQL", pair => pair.Store.KillAsync(), pair => pair.Store.StartAsync()) { HitsEveryone = true },
        Service(MeshProcesses.AllInOne) with { Name = "mesh up (all in one)", Services = [MeshProcesses.AllInOne] },
    ];

    private static End Stays => new(Failed);

    /// <summary>A host that stays off until the ends are named, on a person's word that it is.</summary>
    private static Fault Fenced(string which, Func<HostPair, string> host) =>
        new($"power of {which}, fenced", pair => pair.PowerOffAsync(host(pair)), pair => pair.FenceAsync(host(pair)))
        {
            SilencesHost = host,
            Restore = pair => pair.PowerOnAsync(host(pair)),
            EndsWithin = Long,
        };

    private static Fault Service(params string[] names) => new(
        names[0],
        pair => Task.WhenAll(names.Select(pair.KillServiceAsync)),
        async pair =>
        {
            foreach (var name in names)
                await pair.StartServiceAsync(name);
        })
    { HitsEveryone = true };

    private static End Dies(params MigrationOutcome[] outcomes) => new(outcomes) { GuestDies = true };

    private static Dictionary<string, End> Each(params (string Phase, End End)[] ends) => ends.ToDictionary(end => end.Phase, end => end.End, StringComparer.Ordinal);
}
