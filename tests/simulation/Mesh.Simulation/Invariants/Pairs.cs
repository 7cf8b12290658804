namespace Mesh.Simulation.Invariants;

internal static class Pairs
{
    /// <summary>Each element with its successor.</summary>
    public static IEnumerable<(T Earlier, T Later)> Pairwise<T>(this IEnumerable<T> all)
    {
        var list = all.ToList();
        return list.Zip(list.Skip(1));
    }
}
