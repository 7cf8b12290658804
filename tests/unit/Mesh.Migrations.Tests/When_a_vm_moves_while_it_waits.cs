using Mesh.Contracts.Migrations;

namespace Mesh.Migrations.Tests;

public sealed class When_a_vm_moves_while_it_waits
{
    [Fact]
    public void Should_not_take_an_admission_that_has_counted_its_slot_on_the_host_before()
    {
        var migration = MigrationDriver.Waiting();

        var admission = Given.Admission(Given.Destination) with { Source = Given.Third };
        var answer = AdmissionRules.Validate(migration.State, admission, new LocatedVm(Given.Source, Given.CreateVm()), Given.Fit(Given.Destination), Given.Start);

        answer.ShouldNotBeNull().Accepted.ShouldBeFalse();
        answer.Explanation.ShouldBe("g1 is no longer on hostc but on hosta");
    }

    [Fact]
    public void Should_take_one_from_where_it_is()
    {
        var migration = MigrationDriver.Waiting();

        var admission = Given.Admission(Given.Destination) with { Source = Given.Source };

        AdmissionRules.Validate(migration.State, admission, new LocatedVm(Given.Source, Given.CreateVm()), Given.Fit(Given.Destination), Given.Start).ShouldBeNull();
    }
}
