using Mesh.Contracts.Hosts;
using Mesh.Migrations.Hosts;

namespace Mesh.Migrations.Tests;

public sealed class When_a_host_is_unresponsive
{
    private static readonly HostHealthLimits Limits = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(0.5));

    [Theory]
    [InlineData(0, 0, HostHealth.Healthy)]
    [InlineData(14.9, 0, HostHealth.Healthy)]
    [InlineData(15, 0, HostHealth.Suspect)]
    [InlineData(59.9, 0, HostHealth.Suspect)]
    [InlineData(60, 0, HostHealth.Unresponsive)]
    [InlineData(60, 100, HostHealth.Healthy)] // half a second for each of its hundred VMs
    [InlineData(65, 100, HostHealth.Suspect)]
    [InlineData(110, 100, HostHealth.Unresponsive)]
    public void Should_be_evaluated_by_the_age_of_its_report_and_the_number_of_its_VMs(double seconds, int vms, HostHealth health) =>
        HostHealthRules.Evaluate(Given.Start, Given.Start, vms, Given.Start + TimeSpan.FromSeconds(seconds), Limits).ShouldBe(health);

    [Theory]
    [InlineData(0, HostHealth.Suspect)]
    [InlineData(59, HostHealth.Suspect)]
    [InlineData(60, HostHealth.Unresponsive)]
    public void Should_have_its_grace_period_from_the_start_of_the_mesh_when_it_has_not_reported_yet(double seconds, HostHealth health) =>
        HostHealthRules.Evaluate(null, Given.Start, 0, Given.Start + TimeSpan.FromSeconds(seconds), Limits).ShouldBe(health);
}
