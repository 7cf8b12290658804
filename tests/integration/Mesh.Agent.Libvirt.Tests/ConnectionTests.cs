namespace Mesh.Agent.Libvirt.Tests;

public class ConnectionTests
{
    [Fact]
    public void An_open_connection_is_alive_and_knows_its_address()
    {
        using var connection = LibvirtConnection.Open(TestHost.SharedUri);

        connection.IsAlive.ShouldBeTrue();
        connection.Uri.ShouldBe(TestHost.SharedUri);
        connection.KeepsAlive.ShouldBeFalse("the test driver has no daemon to keep alive");
        connection.Closed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Disposing_releases_the_last_reference()
    {
        var connection = TestHost.Open();
        connection.Dispose();

        connection.Handle.FreeResult.ShouldBe(0, "virConnectClose returns the number of remaining references");
        (await connection.Closed).ShouldBe(ConnectionCloseReason.Client);
        Should.Throw<ObjectDisposedException>(() => connection.IsAlive);
        Should.NotThrow(connection.Dispose);
    }

    [Fact]
    public void A_domain_keeps_its_connection_open()
    {
        var connection = TestHost.Open();
        var domain = connection.LookupDomain("alpha");
        connection.Dispose();

        connection.Handle.FreeResult.ShouldBe(1, "the domain holds a reference");
        domain.GetStatus().State.ShouldBe(DomainState.Running);
        domain.Dispose();
        domain.Handle.FreeResult.ShouldBe(0);
    }

    [Fact]
    public async Task The_close_callback_ends_the_task_with_its_reason()
    {
        using var connection = TestHost.Open();
        using var signal = new CloseSignal(connection.Handle);

        Invoke(signal.Key, ConnectionCloseReason.KeepAlive);
        Invoke(signal.Key, ConnectionCloseReason.Error);

        (await signal.Closed.WaitAsync(TestHost.Timeout)).ShouldBe(ConnectionCloseReason.KeepAlive);
    }

    [Fact]
    public async Task A_late_close_callback_is_ignored()
    {
        using var connection = TestHost.Open();
        var signal = new CloseSignal(connection.Handle);
        signal.Dispose();

        Should.NotThrow(() => Invoke(signal.Key, ConnectionCloseReason.Error));
        (await signal.Closed).ShouldBe(ConnectionCloseReason.Client);
    }

    [Fact]
    public void The_host_is_described()
    {
        using var connection = TestHost.Open();

        connection.GetHostname().ShouldNotBeNullOrWhiteSpace();
        connection.GetLibvirtVersion().ShouldBeGreaterThanOrEqualTo(new Version(8, 0, 0));
        LibvirtConnection.GetClientVersion().ShouldBe(connection.GetLibvirtVersion(), "the test driver is the client library");
        connection.GetHypervisorVersion().ShouldBe(new Version(0, 0, 2));
        connection.GetCapabilitiesXml().ShouldStartWith("<capabilities>");
        connection.GetNodeInfo().ShouldBe(new NodeInfo("i686", 3072L << 20, 16, 1400, 2, 2, 2, 2));
    }

    [Fact]
    public void Free_memory_is_read_and_its_absence_is_an_error()
    {
        using var shared = LibvirtConnection.Open(TestHost.SharedUri);
        using var without = TestHost.Open();

        shared.GetFreeMemoryBytes().ShouldBeGreaterThan(1 << 20);
        Should.Throw<LibvirtException>(() => without.GetFreeMemoryBytes()).Call.ShouldBe("virNodeGetFreeMemory");
    }

    [Fact]
    public void Free_memory_and_pages_are_read_node_by_node()
    {
        using var connection = LibvirtConnection.Open(TestHost.SharedUri);

        connection.GetCellFreeMemoryBytes(0).ShouldBeGreaterThan(0);
        connection.GetCellFreeMemoryBytes(1).ShouldBeGreaterThan(0);
        Should.Throw<LibvirtException>(() => connection.GetCellFreeMemoryBytes(7)).Call.ShouldBe("virNodeGetCellsFreeMemory");
        connection.GetFreePages([]).ShouldBeEmpty();
    }

    [Fact]
    public void Active_networks_are_listed()
    {
        using var connection = LibvirtConnection.Open(TestHost.SharedUri);

        connection.ListActiveNetworks().ShouldBe(["default"]);
        using var without = TestHost.Open();
        without.ListActiveNetworks().ShouldBeEmpty();
    }

    [Fact]
    public void CPU_queries_that_the_test_driver_does_not_support_are_errors()
    {
        using var connection = TestHost.Open();

        var unknown = Should.Throw<LibvirtException>(() => connection.GetDomainCapabilitiesXml());
        (unknown.Code, unknown.Call).ShouldBe((LibvirtErrorCode.NoSupport, "virConnectGetDomainCapabilities"));
        var unexpanded = Should.Throw<LibvirtException>(() => connection.ExpandCpuXml("<cpu><model>Nehalem</model></cpu>", "x86_64", "kvm"));
        (unexpanded.Code, unexpanded.Call).ShouldBe((LibvirtErrorCode.NoSupport, "virConnectBaselineHypervisorCPU"));
    }

    [Fact]
    public void Keepalive_limits_are_checked()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new LibvirtConnectionOptions { KeepAliveInterval = TimeSpan.Zero });
        Should.Throw<ArgumentOutOfRangeException>(() => new LibvirtConnectionOptions { KeepAliveCount = 0 });
    }

    [Fact]
    public void A_missing_library_names_its_package()
    {
        var error = Should.Throw<DllNotFoundException>(() => Native.Load("libvirt-that-is-not-here.so.0"));

        error.Message.ShouldContain("libvirt-that-is-not-here.so.0");
        error.Message.ShouldContain("'libvirt0'");
    }

    private static unsafe void Invoke(nint key, ConnectionCloseReason reason) => CloseSignal.Callback(0, (int)reason, key);
}
