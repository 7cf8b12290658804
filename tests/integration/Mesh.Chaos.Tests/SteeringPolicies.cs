using Mesh.Testing.Fixtures;

namespace Mesh.Chaos.Tests;

/// <summary>The policies under which migrations are hit. What is still to come of each when that happens must be done once, and only once.</summary>
internal static class SteeringPolicies
{
    /// <summary>How much <see cref="Slowing"/> slows down.</summary>
    public const int FirstThrottle = 60;

    /// <summary>How much <see cref="Landing"/> slows down, before the strike.</summary>
    public const int SecondThrottle = 70;

    private const string Slowing =
        """
        name: slowing
        description: Slows the machine down at once.
        steps:
          - when: { elapsed: 100 ms }
            do: { throttle: 60 % }
        permits: { throttle: true }
        """;

    private const string Landing =
        """
        name: landing
        description: Slows the machine down further, and lets any downtime do when the first pass over memory is done.
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
        description: Changes over to post-copy at once.
        start: { postCopy: true, postCopyBandwidth: 1 MiB/s }
        steps:
          - when: { elapsed: 100 ms }
            do: postCopy
        permits: { postCopy: true }
        """;

    private const string Alone =
        """
        name: alone
        description: Leaves a host only while no other machine does.
        concurrency: { outboundPerHost: 1 }
        """;

    /// <summary>Has the mesh keep all of them.</summary>
    public static async Task ApplyAsync(MeshSystem mesh)
    {
        foreach (var document in (string[])[Slowing, Landing, ChangingOver, Alone])
            await mesh.ApplyPolicyAsync(document);
    }
}
