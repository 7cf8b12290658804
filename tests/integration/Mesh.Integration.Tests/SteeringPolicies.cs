using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

/// <summary>
/// Policies for these tests. They resemble the shipped ones, but their steps follow each other within seconds: the
/// tests' guest is copied once per second, while oVirt's policies are evaluated every ten.
/// </summary>
internal static class SteeringPolicies
{
    /// <summary>Raises the downtime limit with the passes over memory, finally above what the guest's whole working set takes.</summary>
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
        description: Throttles the VM, finally almost to a standstill.
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
        description: Switches to post-copy after some passes over memory.
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
        description: Suspends the VM at the completion timeout.
        limits: { completionTimeout: 6 s }
        lastResort: [suspend, abort]
        permits: { suspend: true }
        """;

    /// <summary>Its steps are far enough apart for the mesh to be killed and restarted between them.</summary>
    public const string Laddering =
        """
        name: laddering
        description: Throttles the VM, and raises the downtime limit much later.
        steps:
          - when: { iterationsOver: 1 }
            do: { throttle: 60 % }
          - when: { iterationsOver: 7 }
            do: { setDowntime: 400 ms }
          - when: { iterationsOver: 8 }
            do: { setDowntime: 3 s }
        permits: { throttle: true }
        """;

    /// <summary>The agent's own limit follows ten seconds after this one.</summary>
    public const string Limiting =
        """
        name: limiting
        description: Throttles the VM at once and aborts soon.
        steps:
          - when: { iterationsOver: 0 }
            do: { throttle: 50 % }
        limits: { completionTimeout: 10 s }
        lastResort: [abort]
        permits: { throttle: true }
        """;

    /// <summary>Applies all of them to the mesh.</summary>
    public static async Task ApplyAsync(MeshSystem mesh)
    {
        foreach (var document in (string[])[Raising, Throttling, ChangingOver, Suspending, Laddering, Limiting])
            await mesh.ApplyPolicyAsync(document);
    }
}
