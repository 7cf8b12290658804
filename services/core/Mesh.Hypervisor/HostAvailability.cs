using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Hypervisor;

/// <summary>Whether a host, source or destination, responds.</summary>
public static class HostAvailability
{
    /// <summary>Why a host that no agent has reported cannot be used.</summary>
    public static Refusal UnknownHost(HostName host) => new(RefusalCode.UnknownHost, $"unknown host '{host}' (`mesh hosts` lists them)");

    /// <summary>Why a host cannot be used now; null if it responds and its hypervisor does.</summary>
    /// <param name="host">The host.</param>
    /// <param name="health">Its health.</param>
    /// <param name="hypervisorReachable">Whether its hypervisor responded to its agent at the last report.</param>
    /// <param name="lastReportAt">When it last reported; null if not since the mesh started.</param>
    /// <param name="now">The mesh's time.</param>
    public static Refusal? Check(HostName host, HostHealth health, bool hypervisorReachable, DateTimeOffset? lastReportAt, DateTimeOffset now) => health switch
    {
        HostHealth.Fenced => Unavailable($"{host} was fenced and has not reported since"),
        not HostHealth.Healthy => Unavailable(lastReportAt is { } last
            ? $"{host} is not responding: it last reported {Math.Max(0, (now - last).TotalSeconds):0} s ago"
            : $"{host} has not reported since the mesh started"),
        _ => hypervisorReachable ? null : Unavailable($"the hypervisor of {host} is not responding"),
    };

    private static Refusal Unavailable(string message) => new(RefusalCode.HostUnavailable, message);
}
