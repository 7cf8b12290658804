using System.Globalization;
using Mesh.Contracts.Policies;

namespace Mesh.Simulation.Worlds;

/// <summary>The scheduler's limits in a run: often small, so that a queue forms, and constant.</summary>
internal sealed class SlotLimits
{
    private readonly bool _isPacking;
    private readonly int _ageingSeconds;
    private readonly int _backOffSeconds;
    private readonly int _unschedulableSeconds;

    public SlotLimits(Random random)
    {
        Cluster = random.NextDouble() < 0.6 ? random.Next(1, 4) : 5;
        Outbound = random.Next(1, 3);
        Inbound = random.Next(1, 3);
        Preparing = random.Next(0, 3);
        _isPacking = random.NextDouble() < 0.3;
        _ageingSeconds = random.Next(5, 120);
        _backOffSeconds = random.Next(1, 20);
        _unschedulableSeconds = random.Next(20, 240);
    }

    /// <summary>Maximum number of migrations that copy at once in the whole mesh.</summary>
    public int Cluster { get; }

    /// <summary>Maximum number of migrations that copy at once from one host.</summary>
    public int Outbound { get; }

    /// <summary>Maximum number of migrations that copy at once to one host.</summary>
    public int Inbound { get; }

    /// <summary>Maximum number of migrations that are prepared at once on one host.</summary>
    public int Preparing { get; }

    /// <summary>The limits as the scheduler's settings.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Scheduling:ClusterMax"] = Number(Cluster),
        ["Scheduling:OutboundPerHost"] = Number(Outbound),
        ["Scheduling:InboundPerHost"] = Number(Inbound),
        ["Scheduling:PreparingPerHost"] = Number(Preparing),
        ["Scheduling:Strategy"] = _isPacking ? "Pack" : "Spread",
        ["Scheduling:AgeingStep"] = Seconds(_ageingSeconds),
        ["Scheduling:BackoffInitial"] = Seconds(_backOffSeconds),
        ["Scheduling:BackoffMax"] = Seconds(60),
        ["Scheduling:UnschedulableTimeout"] = Seconds(_unschedulableSeconds),
    };

    /// <summary>The limits of a migration under a policy: the stricter of the policy's and the mesh's.</summary>
    public PolicyConcurrency WithPolicy(PolicyConcurrency? policy) => new()
    {
        Cluster = Stricter(policy?.Cluster, Cluster),
        OutboundPerHost = Stricter(policy?.OutboundPerHost, Outbound),
        InboundPerHost = Stricter(policy?.InboundPerHost, Inbound),
    };

    private static int Stricter(int? ofPolicy, int ofMesh) => Math.Min(ofPolicy ?? ofMesh, ofMesh);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(int seconds) => TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture);
}
