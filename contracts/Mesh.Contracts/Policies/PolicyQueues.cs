namespace Mesh.Contracts.Policies;

/// <summary>Queues of the policy service.</summary>
public static class PolicyQueues
{
    /// <summary>Requests with a reply: everything in this folder that asks.</summary>
    public const string Requests = "mesh.policy.requests";
}
