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
    public async Task Should_end_under_its_name_with_one_living_guest_at_most(string fault, string phase)
    {
        var cell = await table.CellAsync(fault, phase);
        Assert.SkipWhen(cell is null, "not among the rows that MESH_CHAOS names");
        cell!.Failure.ShouldBeNull();
    }
}
