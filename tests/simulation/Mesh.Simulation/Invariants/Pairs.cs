namespace Mesh.Simulation.Invariants;

/// <summary>Neighbours in a sequence.</summary>
internal static class Pairs
{
    /// <summary>Each element with the one after it.</summary>
    public static IEnumerable<(T Earlier, T Later)> Pairwise<T>(this IEnumerable<T> all)
    {
        var list = all.ToList();
        return list.Zip(list.Skip(1));
    }
}
