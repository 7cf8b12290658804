namespace Mesh.Chaos.Tests;

public sealed class When_a_fault_hits_a_phase(ChaosTable table)
{
    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (var fault in Faults.All)
                foreach (var phase in Phases.All)
                    cells.Add(fault.Name, phase.Name);
            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Should_end_with_an_expected_outcome_and_at_most_one_running_guest(string fault, string phase)
    {
        var cell = await table.CellAsync(fault, phase);
        Assert.SkipWhen(cell is null, "not selected by MESH_CHAOS");
        cell!.Failure.ShouldBeNull();
    }
}
