using System.Xml.Linq;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;

namespace Mesh.Agent.Libvirt.Tests.Bed;

/// <summary>Whatever a guest is called, the agent finds its process and moves it.</summary>
[Collection(TestBedCollection.Name)]
public sealed class When_a_guest_has_an_unusual_name(TestBedFixture fixture)
{
    private static readonly Guid Uuid = Guid.Parse("5b1f6f0a-3f0e-4b52-9c51-6b0c0d0e0f12");
    private static readonly VmId Vm = new(Uuid);

    [Theory]
    [InlineData("we \"b\" & ü 1")]
    [InlineData("<雲> 'x'; $(true) `id` %n")]
    public async Task It_is_described_throttled_and_migrated(string name)
    {
        var (source, destination) = (fixture.At(TestBedFixture.Source), fixture.At(TestBedFixture.Destination));
        await StartAsync(name);
        try
        {
            var described = (await source.DescribeVmAsync(Vm, default)).ShouldNotBeNull();
            (described.Name, described.NotResponding).ShouldBe((name, false));
            (await source.ListVmsAsync(default)).ShouldContain(vm => vm.Id == Vm && vm.Name == name);

            await source.SetThrottleAsync(Vm, new Percent(60), default);
            (await fixture.QuotaAsync(TestBedFixture.Source, $"{Uuid}")).ShouldBe(40_000);
            (await source.DescribeVmAsync(Vm, default))!.Throttle.ShouldBe(new Percent(60));
            await source.LiftThrottleAsync(Vm, default);
            (await fixture.QuotaAsync(TestBedFixture.Source, $"{Uuid}")).ShouldBe(-1);

            (await source.MigrateAsync(new VmMigration(Vm, $"qemu+tcp://{TestBedFixture.Destination}/system", new MigrationOptions()), default))
                .ShouldBe(MigrateResult.Completed);
            await Eventually.HoldsAsync(
                async () => await destination.FindVmAsync(Vm, default) is { State: VmRunState.Running } vm && vm.Name == name, "it runs on the destination", TimeSpan.FromSeconds(30));
        }
        finally
        {
            await fixture.Bed.RemoveGuestAsync($"{Uuid}");
        }
    }

    /// <summary>The guests of the test bed have names that its scripts can handle; this one has no system to boot, and needs none.</summary>
    private async Task StartAsync(string name)
    {
        using var connection = LibvirtConnection.Open(await fixture.Bed.RunAsync("uri", TestBedFixture.Source));
        var xml = new XElement(
            "domain",
            new XAttribute("type", "qemu"),
            new XElement("name", name),
            new XElement("uuid", Uuid),
            new XElement("memory", new XAttribute("unit", "MiB"), 64),
            new XElement("vcpu", 1),
            new XElement("os", new XElement("type", new XAttribute("arch", "x86_64"), new XAttribute("machine", "pc"), "hvm")),
            new XElement("features", new XElement("acpi"), new XElement("tcg", new XElement("tb-cache", new XAttribute("unit", "MiB"), 32))),
            new XElement("cpu", new XAttribute("mode", "custom"), new XAttribute("match", "exact"), new XAttribute("check", "none"), new XElement("model", "qemu64")),
            new XElement(
                "devices",
                new XElement("emulator", "/usr/bin/qemu-system-x86_64"),
                new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")),
                new XElement("memballoon", new XAttribute("model", "none"))));
        connection.CreateDomain(xml.ToString()).Dispose();
    }
}
