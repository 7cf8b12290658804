namespace Mesh.Agent.Libvirt.Tests;

/// <summary>
/// libvirt's own test driver: a host that exists in this process only. Each connection to <see cref="Uri"/> is a host of its own,
/// as node.xml describes it; all connections to <see cref="SharedUri"/> see the same host.
/// </summary>
internal static class TestHost
{
    internal const string SharedUri = "test:///default";

    /// <summary>The timeout for what normally takes milliseconds.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    internal static readonly Guid AlphaUuid = Guid.Parse("11111111-1111-4111-8111-111111111111");
    internal static readonly Guid PoolUuid = Guid.Parse("33333333-3333-4333-8333-333333333333");

    internal const string GammaXml =
        """
        <domain type='test'>
          <name>gamma</name>
          <uuid>44444444-4444-4444-8444-444444444444</uuid>
          <memory unit='MiB'>16</memory>
          <os><type>hvm</type></os>
        </domain>
        """;

    internal static string Uri { get; } = $"test://{Path.Combine(AppContext.BaseDirectory, "node.xml")}";

    internal static LibvirtConnection Open() => LibvirtConnection.Open(Uri);

    internal static void ShouldSoon(Func<bool> condition, string what) =>
        SpinWait.SpinUntil(condition, Timeout).ShouldBeTrue(what);
}
