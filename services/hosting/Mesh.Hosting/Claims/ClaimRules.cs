namespace Mesh.Hosting.Claims;

/// <summary>
/// Whether a mesh may answer on a broker. Two meshes with different stores on one broker would take each other's requests and reports, and one
/// store with two brokers would send its commands to hosts that it no longer hears.
/// </summary>
internal static class ClaimRules
{
    private const string Release = "mesh doctor --release-claim";

    /// <summary>Why a mesh may not answer on a broker; null if it may.</summary>
    /// <param name="claim">What its store remembers.</param>
    /// <param name="broker">The broker's address.</param>
    /// <param name="owners">The stores for which the broker's request queues are claimed; null for a queue that is not.</param>
    public static string? FindConflict(StoreClaim claim, string broker, IReadOnlyCollection<string?> owners)
    {
        if (owners.FirstOrDefault(owner => owner is not null && owner != claim.Store) is { } other)
            return DescribeOwner(broker, other);

        // A broker that remembers this store is the same one under another name; one that remembers nothing is the same one, emptied, only
        // at the same address.
        return claim.Broker is { } known && known != broker && !owners.Contains(claim.Store)
            ? $"this store is claimed with the broker {known}, and the hosts of its mesh are connected there; the broker given is {broker}. "
                + $"Use the former (--broker), or, if the mesh has moved, run '{Release}' with this store"
            : null;
    }

    /// <summary>Why a store may not be used without a broker; null if it may.</summary>
    public static string? FindConflictInMemory(StoreClaim? claim) => claim?.Broker is { } known
        ? $"this store is claimed with the broker {known}, and a mesh without it could send nothing to its hosts. "
            + $"Use that broker (--broker), another store (--store), or, if the mesh has moved, run '{Release}' with this store"
        : null;

    private static string DescribeOwner(string broker, string owner) =>
        $"the broker {broker} is claimed by another store: {owner}. Two meshes on one broker would answer for each other. "
        + $"Use the store of that mesh (--store), another broker or virtual host (--broker), or, if that mesh is gone for good, run '{Release}' with this broker";
}
