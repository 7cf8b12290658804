using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>
/// Whether a destination's URI leads back to the host that would send a machine there, as a wrong line in <c>/etc/hosts</c> makes it:
/// oVirt's scheduler filters such hosts out (<c>MigrationPolicyUnit</c>).
/// </summary>
/// <param name="isLibvirtHere">Whether libvirt's daemon is on this machine; if not, what names mean here says nothing.</param>
/// <param name="time">The clock.</param>
internal sealed class LoopbackDetector(bool isLibvirtHere, TimeProvider time)
{
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(2);

    /// <summary>An address of this host that the URI leads to; null if it leads elsewhere, or if that cannot be told in time.</summary>
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
            // libvirt says it better, should the name lead nowhere.
            return null;
        }
    }

    /// <summary>The host that a URI names; null if it names none, or one that only the simulation knows.</summary>
    internal static string? ParseHostName(string destinationUri) =>
        Uri.TryCreate(destinationUri, UriKind.Absolute, out var uri) && uri is { Scheme: not "simulated", DnsSafeHost.Length: > 0 } ? uri.DnsSafeHost : null;

    /// <summary>An address that leads back, if all do: where one leads elsewhere, libvirt may take that.</summary>
    /// <param name="addresses">What the name stands for.</param>
    /// <param name="own">This host's addresses.</param>
    internal static string? FindLoopback(IReadOnlyList<IPAddress> addresses, IReadOnlyCollection<IPAddress> own) =>
        addresses.Count > 0 && addresses.All(address => IPAddress.IsLoopback(Normalize(address)) || own.Contains(Normalize(address))) ? $"{Normalize(addresses[0])}" : null;

    /// <summary>An IPv4 address in IPv6's clothes is that IPv4 address; the zone of a link-local one is left out.</summary>
    private static IPAddress Normalize(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    private static HashSet<IPAddress> OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(device => device.GetIPProperties().UnicastAddresses).Select(address => Normalize(address.Address))];
}
