using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>
/// Detects a destination URI that resolves to the source itself, for example because of a wrong line in <c>/etc/hosts</c>. oVirt's scheduler
/// filters out such hosts (<c>MigrationPolicyUnit</c>).
/// </summary>
/// <param name="isLibvirtHere">Whether libvirt's daemon runs on this machine; if not, names may resolve differently there.</param>
/// <param name="time">The clock.</param>
internal sealed class LoopbackDetector(bool isLibvirtHere, TimeProvider time)
{
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The address of this host that the URI resolves to; null if it resolves to another host, or cannot be resolved in time.</summary>
    public async Task<string?> FindAsync(string destinationUri, CancellationToken cancellation)
    {
        if (!isLibvirtHere || ParseHostName(destinationUri) is not { } name)
            return null;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(name, cancellation).WaitAsync(LookupTimeout, time, cancellation);
            return FindLoopback(addresses, OwnAddresses());
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException or NetworkInformationException)
        {
            // If the name cannot be resolved, libvirt will report that.
            return null;
        }
    }

    /// <summary>The host in a URI; null if there is none, or if the host is simulated.</summary>
    internal static string? ParseHostName(string destinationUri) =>
        Uri.TryCreate(destinationUri, UriKind.Absolute, out var uri) && uri is { Scheme: not "simulated", DnsSafeHost.Length: > 0 } ? uri.DnsSafeHost : null;

    /// <summary>The first address, if all are this host's: otherwise libvirt may use one of the others.</summary>
    /// <param name="addresses">The addresses that the name resolves to.</param>
    /// <param name="own">This host's addresses.</param>
    internal static string? FindLoopback(IReadOnlyList<IPAddress> addresses, IReadOnlyCollection<IPAddress> own) =>
        addresses.Count > 0 && addresses.All(address => IPAddress.IsLoopback(Normalize(address)) || own.Contains(Normalize(address))) ? $"{Normalize(addresses[0])}" : null;

    /// <summary>Converts IPv4-mapped addresses to IPv4, and drops the zone of link-local ones.</summary>
    private static IPAddress Normalize(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    private static HashSet<IPAddress> OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(device => device.GetIPProperties().UnicastAddresses).Select(address => Normalize(address.Address))];
}
