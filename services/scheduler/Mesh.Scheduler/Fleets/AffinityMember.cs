using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Fleets;

/// <summary>A running machine that a rule keeps together with, or apart from, others.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Name">Its name.</param>
/// <param name="CurrentHost">The host that it runs on.</param>
/// <param name="Destination">The host that it is on its way to; null while it stays, or while that is not decided.</param>
/// <param name="IsLeaving">Whether it is about to leave its host for one that is not decided yet, because a drain moves it.</param>
public sealed record AffinityMember(VmId Vm, string Name, HostName CurrentHost, HostName? Destination, bool IsLeaving)
{
    /// <summary>Where it will be; null while that is open.</summary>
    public HostName? ExpectedHost => Destination ?? (IsLeaving ? null : CurrentHost);
}
