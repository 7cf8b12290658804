namespace Mesh.Agent.Libvirt.Tests;

public class ErrorTests
{
    [Fact]
    public void An_error_carries_libvirts_text()
    {
        using var connection = TestHost.Open();
        var error = Should.Throw<LibvirtException>(() => connection.LookupDomain("nobody"));

        error.Code.ShouldBe(LibvirtErrorCode.NoDomain);
        error.RawCode.ShouldBe(42);
        error.Domain.ShouldBe(LibvirtErrorDomain.Test);
        error.RawDomain.ShouldBe(12);
        error.Level.ShouldBe(LibvirtErrorLevel.Error);
        error.Call.ShouldBe("virDomainLookupByName");
        error.Text.ShouldBe("Domain not found");
        error.Message.ShouldBe($"virDomainLookupByName: {error.Text}");
    }

    public static TheoryData<string, Action<LibvirtDomain>> Unsupported => new()
    {
        { "virDomainGetJobStats", d => d.GetJobStats() },
        { "virDomainGetJobStats", d => d.GetCompletedJobStats() },
        { "virDomainAbortJob", d => d.AbortJob() },
        { "virDomainAbortJobFlags", d => d.AbortPostCopyJob() },
        { "virDomainMigrateStartPostCopy", d => d.StartPostCopy() },
        { "virDomainMigrateGetMaxDowntime", d => d.GetMaxDowntime() },
        { "virDomainMigrateSetMaxDowntime", d => d.SetMaxDowntime(TimeSpan.FromMilliseconds(1)) },
        { "virDomainMigrateGetMaxSpeed", d => d.GetMaxSpeedMebibytesPerSecond() },
        { "virDomainMigrateSetMaxSpeed", d => d.SetMaxSpeed(32, postCopy: true) },
        { "virDomainMigrateToURI3", d => d.MigrateToUri3(TestHost.SharedUri, new MigrateParameters(), MigrateFlags.None) },
    };

    [Theory]
    [MemberData(nameof(Unsupported), DisableDiscoveryEnumeration = true)]
    public void An_unsupported_call_is_reported_by_name(string call, Action<LibvirtDomain> act)
    {
        using var connection = TestHost.Open();
        using var domain = connection.LookupDomain("alpha");

        var error = Should.Throw<LibvirtException>(() => act(domain));

        error.Call.ShouldBe(call);
        error.Code.ShouldBeOneOf(LibvirtErrorCode.NoSupport, LibvirtErrorCode.ArgumentUnsupported);
        error.Text.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("test:///no/such/node.xml", LibvirtErrorCode.XmlError)]
    [InlineData("qemu+nonsense:///system", LibvirtErrorCode.InvalidArgument)]
    [InlineData("qemu+unix:///system?socket=/nowhere/libvirt-sock", LibvirtErrorCode.SystemError)]
    public void A_connection_that_cannot_be_opened_reports_why(string uri, LibvirtErrorCode code)
    {
        var error = Should.Throw<LibvirtException>(() => LibvirtConnection.Open(uri));

        error.Call.ShouldBe("virConnectOpen");
        error.Code.ShouldBe(code);
    }

    [Fact]
    public void Each_thread_reads_its_own_error()
    {
        using var connection = TestHost.Open();
        var wrong = 0;

        Parallel.For(0, 2000, i =>
        {
            var (code, look) = i % 2 == 0
                ? (LibvirtErrorCode.NoDomain, (Action)(() => connection.LookupDomain($"nobody{i}")))
                : (LibvirtErrorCode.NoStoragePool, () => connection.LookupStoragePool($"nothing{i}"));
            var error = Should.Throw<LibvirtException>(look);
            if (error.Code != code)
            {
                Interlocked.Increment(ref wrong);
            }
        });

        wrong.ShouldBe(0);
    }

    [Fact]
    public void Freeing_an_object_between_a_call_and_reading_its_error_loses_nothing()
    {
        using var connection = TestHost.Open();
        var domain = connection.LookupDomain("alpha");

        Native.virDomainLookupByName(connection.Handle, "nobody").ShouldBe(0);
        domain.Dispose();

        LibvirtError.ConsumeLast().ShouldNotBeNull().Code.ShouldBe((int)LibvirtErrorCode.NoDomain);
        LibvirtError.ConsumeLast().ShouldBeNull();
    }

    [Fact]
    public void An_error_is_read_once_so_that_a_later_failure_does_not_get_its_reason()
    {
        using var connection = TestHost.Open();
        Native.virDomainLookupByName(connection.Handle, "nobody").ShouldBe(0);

        LibvirtError.ConsumeLast().ShouldNotBeNull();
        LibvirtError.ConsumeLast().ShouldBeNull();

        Native.virDomainLookupByName(connection.Handle, "nobody").ShouldBe(0);
        LibvirtError.Ignore(-1);
        LibvirtError.ConsumeLast().ShouldBeNull();
    }

    [Fact]
    public void A_failure_without_a_reason_is_still_an_error()
    {
        LibvirtError.ConsumeLast();
        var error = LibvirtException.FromLastError("virSomething");

        error.RawCode.ShouldBe(0);
        error.Message.ShouldBe("virSomething: failed, and libvirt gave no reason");
    }
}
