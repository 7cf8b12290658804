namespace Mesh.Contracts.Policies;

/// <summary>Queues of the policy service.</summary>
public static class PolicyQueues
{
    /// <summary>Requests with a reply: every request in this folder.</summary>
    public const string Requests = "mesh.policy.requests";
}
