using System.Net;
using Mesh.Agent.Libvirt.HostSystem;

namespace Mesh.Agent.Tests.Adapter;

public sealed class LoopbackDetectorTests
{
    private static readonly IPAddress[] Own = [IPAddress.Parse("10.77.0.1"), IPAddress.Parse("fd00::1")];

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.1.1", "127.0.1.1")]
    [InlineData("::1", "::1")]
    [InlineData("10.77.0.1", "10.77.0.1")]
    [InlineData("fd00::1", "fd00::1")]
    [InlineData("::ffff:10.77.0.1", "10.77.0.1")]
    [InlineData("::1 127.0.0.1", "::1")]
    [InlineData("10.77.0.2", null)]
    [InlineData("10.77.0.1 10.77.0.2", null)]
    [InlineData("", null)]
    public void Addresses_of_this_host(string addresses, string? expected) =>
        LoopbackDetector.FindLoopback([.. addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)], Own).ShouldBe(expected);

    [Theory]
    [InlineData("qemu+tcp://hostb/system", "hostb")]
    [InlineData("qemu+tls://10.77.0.2:16514/system", "10.77.0.2")]
    [InlineData("qemu+ssh://root@[fd00::2]/system", "fd00::2")]
    [InlineData("qemu+unix:///system?socket=/run/b.sock", null)]
    [InlineData("qemu:///system", null)]
    [InlineData("simulated://hostb", null)]
    [InlineData("no uri", null)]
    public void Only_network_addresses_are_resolved(string uri, string? expected) => LoopbackDetector.ParseHostName(uri).ShouldBe(expected);

    [Theory]
    [InlineData("qemu+tcp://127.0.0.1/system", true, "127.0.0.1")]
    [InlineData("qemu+tcp://127.0.0.1/system", false, null)]
    [InlineData("qemu+tcp://192.0.2.1/system", true, null)]
    [InlineData("simulated://localhost", true, null)]
    public async Task It_is_checked_from_libvirt_s_host(string uri, bool isLibvirtHere, string? expected) =>
        (await new LoopbackDetector(isLibvirtHere, TimeProvider.System).FindAsync(uri, CancellationToken.None)).ShouldBe(expected);
}
