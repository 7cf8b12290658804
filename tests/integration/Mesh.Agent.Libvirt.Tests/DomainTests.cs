using System.Xml.Linq;

namespace Mesh.Agent.Libvirt.Tests;

public sealed class DomainTests : IDisposable
{
    private readonly LibvirtConnection _connection = TestHost.Open();

    public void Dispose()
    {
        _connection.Dispose();
        _connection.Handle.FreeResult.ShouldBe(0, "a test or the binding did not dispose something");
    }

    [Fact]
    public void Domains_are_listed_by_their_state()
    {
        using var gamma = _connection.DefineDomain(TestHost.GammaXml);

        Names(DomainFilter.All).ShouldBe(["alpha", "beta", "gamma"]);
        Names(DomainFilter.Active).ShouldBe(["alpha", "beta"]);
        Names(DomainFilter.Inactive).ShouldBe(["gamma"]);
        Names(DomainFilter.Transient).ShouldBeEmpty();
    }

    [Fact]
    public void A_domain_is_found_by_name_and_by_uuid()
    {
        using var byName = _connection.LookupDomain("alpha");
        using var byUuid = _connection.LookupDomain(TestHost.AlphaUuid);

        byName.Uuid.ShouldBe(TestHost.AlphaUuid);
        byUuid.Name.ShouldBe("alpha");
        byName.GetId().ShouldNotBeNull().ShouldBe(byUuid.GetId()!.Value);
    }

    [Fact]
    public void A_domain_that_does_not_exist_is_null_or_an_error()
    {
        _connection.FindDomain("nobody").ShouldBeNull();
        _connection.FindDomain(Guid.Empty).ShouldBeNull();
        Should.Throw<LibvirtException>(() => _connection.LookupDomain("nobody")).Code.ShouldBe(LibvirtErrorCode.NoDomain);
        using var found = _connection.FindDomain("alpha");
        found.ShouldNotBeNull();
    }

    [Fact]
    public void A_domain_reports_its_description_and_size()
    {
        using var domain = _connection.LookupDomain("alpha");
        var xml = XElement.Parse(domain.GetXml(DomainXmlFlags.Inactive));
        var info = domain.GetInfo();

        xml.Element("name")!.Value.ShouldBe("alpha");
        xml.Element("uuid")!.Value.ShouldBe(TestHost.AlphaUuid.ToString());
        xml.Attribute("id").ShouldBeNull("the configuration for the next start has no id");
        XElement.Parse(domain.GetXml()).Attribute("id")!.Value.ShouldBe(domain.GetId().ToString());
        info.State.ShouldBe(DomainState.Running);
        info.MaxMemoryBytes.ShouldBe(64L << 20);
        info.MemoryBytes.ShouldBe(64L << 20);
        info.VirtualCpus.ShouldBe(2);
        info.CpuTime.ShouldBeGreaterThan(TimeSpan.Zero);
        domain.IsPersistent().ShouldBeTrue();
    }

    [Fact]
    public void The_status_follows_the_lifecycle_of_a_domain()
    {
        using var domain = _connection.LookupDomain("alpha");

        domain.Suspend();
        domain.GetStatus().ShouldBe(new DomainStatus(DomainState.Paused, 1));
        domain.GetStatus().Reason.ShouldBe(DomainStateReason.PausedUser);
        domain.Resume();
        domain.GetStatus().Reason.ShouldBe(DomainStateReason.RunningUnpaused);
        domain.Destroy();
        domain.GetStatus().Reason.ShouldBe(DomainStateReason.ShutOffDestroyed);
        domain.Start();
        domain.GetStatus().Reason.ShouldBe(DomainStateReason.RunningBooted);
    }

    [Fact]
    public void A_defined_domain_runs_only_when_started_and_is_removed_when_undefined()
    {
        using var domain = _connection.DefineDomain(TestHost.GammaXml);
        domain.GetId().ShouldBeNull();
        domain.GetStatus().State.ShouldBe(DomainState.ShutOff);

        domain.Undefine();

        _connection.FindDomain("gamma").ShouldBeNull();
    }

    [Fact]
    public void A_created_domain_is_transient_and_vanishes_when_destroyed()
    {
        using var domain = _connection.CreateDomain(TestHost.GammaXml);
        domain.IsPersistent().ShouldBeFalse();
        Names(DomainFilter.Transient).ShouldBe(["gamma"]);

        domain.Destroy(graceful: false);

        _connection.FindDomain("gamma").ShouldBeNull();
    }

    [Fact]
    public void A_disk_reports_its_sizes()
    {
        using var domain = _connection.LookupDomain("alpha");
        var sizes = domain.GetBlockInfo("vda");

        // The values that the test driver invents for every disk.
        sizes.ShouldBe(new DomainBlockInfo(1_099_506_450_432, 1_099_511_627_776, 1_099_511_627_776));
        Should.Throw<LibvirtException>(() => domain.GetBlockInfo("vdz")).Code.ShouldBe(LibvirtErrorCode.InvalidArgument);
    }

    [Fact]
    public void Scheduler_parameters_are_read_and_set()
    {
        using var domain = _connection.LookupDomain("alpha");

        domain.GetSchedulerParameters().All.ShouldBe([TypedParameter.FromUInt32("weight", 50)]);
        Should.NotThrow(() => domain.SetSchedulerParameters([TypedParameter.FromUInt32("weight", 20)]));
        Should.Throw<LibvirtException>(() => domain.SetSchedulerParameters([TypedParameter.FromString("weight", "heavy")]))
            .Code.ShouldBe(LibvirtErrorCode.InvalidArgument);
    }

    [Fact]
    public void Uses_after_dispose_are_refused()
    {
        var domain = _connection.LookupDomain("alpha");
        domain.Dispose();

        Should.Throw<ObjectDisposedException>(() => domain.GetStatus());
        domain.Name.ShouldBe("alpha");
    }

    private string[] Names(DomainFilter filter)
    {
        var domains = _connection.ListDomains(filter);
        foreach (var domain in domains)
        {
            domain.Dispose();
        }

        return [.. domains.Select(d => d.Name).Order(StringComparer.Ordinal)];
    }
}
