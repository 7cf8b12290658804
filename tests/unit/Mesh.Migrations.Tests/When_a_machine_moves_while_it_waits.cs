using Mesh.Contracts.Migrations;

namespace Mesh.Migrations.Tests;

public sealed class When_a_machine_moves_while_it_waits
{
    [Fact]
    public void Should_not_take_an_admission_that_has_counted_its_slot_on_the_host_before()
    {
        var flight = FlightDriver.Waiting();

        var admission = Given.Admission(Given.Destination) with { Source = Given.Third };
        var answer = Admissions.Objection(flight.State, admission, new LocatedVm(Given.Source, Given.Machine()), Given.Fit(Given.Destination), Given.Start);

        answer.ShouldNotBeNull().Taken.ShouldBeFalse();
        answer.Explanation.ShouldBe("g1 is not on hostc any more, but on hosta");
    }

    [Fact]
    public void Should_take_one_from_where_it_is()
    {
        var flight = FlightDriver.Waiting();

        var admission = Given.Admission(Given.Destination) with { Source = Given.Source };

        Admissions.Objection(flight.State, admission, new LocatedVm(Given.Source, Given.Machine()), Given.Fit(Given.Destination), Given.Start).ShouldBeNull();
    }
}
