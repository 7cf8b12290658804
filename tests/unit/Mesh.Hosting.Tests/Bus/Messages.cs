using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Values;

namespace Mesh.Hosting.Tests.Bus;

internal static class Messages
{
    public static readonly HostName Host = new("host-a");

    public static readonly string Queue = AgentQueues.Commands(Host);

    private static readonly VmId Vm = VmId.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff");

    public static AbortJob Abort(int number) => new()
    {
        CommandId = new CommandId($"m1.1.{number}"),
        MigrationId = new MigrationId("m1"),
        Epoch = new Epoch(1),
        VmId = Vm,
    };

    public static ChangeParameters Change(int number) => new()
    {
        CommandId = new CommandId($"m1.1.{number}"),
        MigrationId = new MigrationId("m1"),
        Epoch = new Epoch(1),
        VmId = Vm,
        Parameters = new() { MaxDowntime = TimeSpan.FromMilliseconds(500) },
    };

    public static MigrationStalled Stalled() => new()
    {
        MigrationId = new MigrationId("m1"),
        VmName = "web-1",
        Source = Host,
        Destination = new HostName("host-b"),
        At = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero),
        StalledFor = TimeSpan.FromSeconds(5),
    };
}
