using Mesh.Testing.Fixtures;

namespace Mesh.Chaos.Tests;

/// <summary>The policies of the migrations. Each step that is still left when the fault is injected must be taken exactly once.</summary>
internal static class SteeringPolicies
{
    /// <summary>The throttle of <see cref="Slowing"/>.</summary>
    public const int FirstThrottle = 60;

    /// <summary>The throttle of <see cref="Landing"/>, before the fault.</summary>
    public const int SecondThrottle = 70;

    private const string Slowing =
        """
        name: slowing
        description: Throttles the VM at once.
        steps:
          - when: { elapsed: 100 ms }
            do: { throttle: 60 % }
        permits: { throttle: true }
        """;

    private const string Landing =
        """
        name: landing
        description: Throttles the VM further, and allows any downtime after the first pass over memory.
        steps:
          - when: { elapsed: 100 ms }
            do: { throttle: 70 % }
          - when: { iterationsOver: 0 }
            do: { setDowntime: 60 s }
        permits: { throttle: true }
        """;

    private const string ChangingOver =
        """
        name: changing-over
        description: Switches to post-copy at once.
        start: { postCopy: true, postCopyBandwidth: 1 MiB/s }
        steps:
          - when: { elapsed: 100 ms }
            do: postCopy
        permits: { postCopy: true }
        """;

    private const string Alone =
        """
        name: alone
        description: Leaves a host only while no other VM does.
        concurrency: { outboundPerHost: 1 }
        """;

    /// <summary>Applies all of them to the mesh.</summary>
    public static async Task ApplyAsync(MeshSystem mesh)
    {
        foreach (var document in (string[])[Slowing, Landing, ChangingOver, Alone])
            await mesh.ApplyPolicyAsync(document);
    }
}
