namespace Mesh.Hosting.Doctor;

/// <summary>What an examination has found.</summary>
/// <param name="Store">Where the store is, without passwords.</param>
/// <param name="Checked">What was looked at, in words, in the order in which it was.</param>
/// <param name="Findings">What is not as it should be.</param>
public sealed record DoctorReport(string? Store, IReadOnlyList<string> Checked, IReadOnlyList<DoctorFinding> Findings)
{
    /// <summary>The broker, without passwords; null if it was not looked at.</summary>
    public string? Broker { get; init; }

    /// <summary>The queues of the agents that the store knows of.</summary>
    internal IReadOnlyList<string> AgentQueues { get; init; } = [];

    /// <summary>The mesh's queues and what waits in them; empty if the broker was not looked at.</summary>
    public IReadOnlyList<QueueState> Queues { get; init; } = [];

    /// <summary>Whether nothing is left to do.</summary>
    public bool IsHealthy => !Findings.Any(finding => finding.IsOpen);
}

/// <summary>A queue of the mesh.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Waiting">How many messages wait in it for a consumer.</param>
/// <param name="Consumers">How many consumers it has.</param>
public sealed record QueueState(string Name, long Waiting, long Consumers);
