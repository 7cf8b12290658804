using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>
/// Policies of the tests' own. They have the shape of those that come with the mesh, but their steps follow each other in seconds: the
/// guest of the tests is copied once in a second, where oVirt's policies look every ten.
/// </summary>
internal static class SteeringPolicies
{
    /// <summary>Raises the downtime limit with the passes over memory, at last above what the guest's whole working set takes.</summary>
    public const string Raising =
        """
        name: raising
        description: Raises the downtime limit with the passes over memory.
        steps:
          - when: { iterationsOver: 1 }
            do: { setDowntime: 400 ms }
          - when: { iterationsOver: 3 }
            do: { setDowntime: 600 ms }
          - when: { iterationsOver: 4 }
            do: { setDowntime: 3 s }
        """;

    public const string Throttling =
        """
        name: throttling
        description: Slows the machine down, at last to nearly a standstill.
        steps:
          - when: { iterationsOver: 1 }
            do: { throttle: 60 % }
          - when: { iterationsOver: 3 }
            do: { throttle: 99 % }
        permits: { throttle: true }
        """;

    public const string ChangingOver =
        """
        name: changing-over
        description: Changes over to post-copy after some passes over memory.
        start: { postCopy: true, postCopyBandwidth: 24 MiB/s }
        steps:
          - when: { iterationsOver: 1 }
            do: { setDowntime: 400 ms }
          - when: { iterationsOver: 2 }
            do: postCopy
        permits: { postCopy: true }
        """;

    public const string Suspending =
        """
        name: suspending
        description: Suspends the machine when its time is up.
        limits: { completionTimeout: 6 s }
        lastResort: [suspend, abort]
        permits: { suspend: true }
        """;

    /// <summary>Its steps are far enough from each other for the mesh to die and come back between them.</summary>
    public const string Laddering =
        """
        name: laddering
        description: Slows the machine down, and raises the downtime limit long after.
        steps:
          - when: { iterationsOver: 1 }
            do: { throttle: 60 % }
          - when: { iterationsOver: 7 }
            do: { setDowntime: 400 ms }
          - when: { iterationsOver: 8 }
            do: { setDowntime: 3 s }
        permits: { throttle: true }
        """;

    /// <summary>The agent's own limit comes ten seconds after this one.</summary>
    public const string Limiting =
        """
        name: limiting
        description: Slows the machine down at once and aborts soon.
        steps:
          - when: { iterationsOver: 0 }
            do: { throttle: 50 % }
        limits: { completionTimeout: 10 s }
        lastResort: [abort]
        permits: { throttle: true }
        """;

    /// <summary>Has the mesh keep all of them.</summary>
    public static async Task ApplyAsync(MeshSystem mesh)
    {
        foreach (var document in (string[])[Raising, Throttling, ChangingOver, Suspending, Laddering, Limiting])
            await mesh.ApplyPolicyAsync(document);
    }
}
