using Mesh.Contracts.Migrations;

namespace Mesh.Migrations.Tests;

public sealed class When_a_vm_moves_while_it_waits
{
    [Fact]
    public void Should_reject_an_admission_that_counted_its_slot_on_the_previous_host()
    {
        var migration = MigrationDriver.Waiting();

        var admission = Given.Admission(Given.Destination) with { Source = Given.Third };
        var answer = AdmissionRules.Validate(migration.State, admission, new LocatedVm(Given.Source, Given.CreateVm()), Given.Fit(Given.Destination), Given.Start);

        answer.ShouldNotBeNull().Accepted.ShouldBeFalse();
        answer.Explanation.ShouldBe("g1 is no longer on hostc but on hosta");
    }

    [Fact]
    public void Should_accept_an_admission_from_its_current_host()
    {
        var migration = MigrationDriver.Waiting();

        var admission = Given.Admission(Given.Destination) with { Source = Given.Source };

        AdmissionRules.Validate(migration.State, admission, new LocatedVm(Given.Source, Given.CreateVm()), Given.Fit(Given.Destination), Given.Start).ShouldBeNull();
    }
}
