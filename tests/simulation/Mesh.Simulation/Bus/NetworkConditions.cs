using Mesh.Contracts.Scheduling;

namespace Mesh.Simulation.Bus;

/// <summary>The quality of the network: drawn once per run, and good after faults end.</summary>
/// <param name="random">The random generator.</param>
/// <param name="wires">A separate random generator for the delay of messages in transit, so that it affects no other draw.</param>
internal sealed class NetworkConditions(Random random, Random wires)
{
    private readonly double _duplicateRate = random.NextDouble() * 0.1;
    private readonly double _delayRate = random.NextDouble() * 0.1;
    private readonly double _lostConfirmationRate = random.NextDouble() * (random.NextDouble() < 0.15 ? 0.3 : 0.03);
    private readonly TimeSpan _inFlightDelayMax = TimeSpan.FromSeconds(wires.NextDouble() < 0.2 ? wires.Next(60, 300) : 40);
    private readonly TimeSpan _delayMax = TimeSpan.FromSeconds(random.Next(1, 40));

    /// <summary>Whether messages are delayed, repeated and lost.</summary>
    public bool IsDegraded { get; set; }

    /// <summary>The latency of a message.</summary>
    public TimeSpan Latency() => IsDegraded && random.NextDouble() < _delayRate
        ? _delayMax * random.NextDouble()
        : TimeSpan.FromMilliseconds(0.2 + random.NextDouble() * 4);

    /// <summary>
    /// A random generator of its own for the delay of admissions, in runs where they are often late: with two schedulers, one admits by a
    /// fleet that the other has changed since. Null in all other runs.
    /// </summary>
    public Random? LateAdmissions { get; set; }

    /// <summary>The latency of a message to the broker.</summary>
    public TimeSpan LatencyOf(BrokerMessage message) => Latency()
        + (IsDegraded && message.Content is AdmitMigration && LateAdmissions is { } late && late.NextDouble() < 0.3 ? TimeSpan.FromSeconds(late.NextDouble() * 12) : TimeSpan.Zero);

    /// <summary>Whether the acknowledgement of a handled message is lost, so that the message is redelivered.</summary>
    public bool LosesAcknowledgement() => IsDegraded && random.NextDouble() < _duplicateRate;

    /// <summary>Whether a sender's confirmation is lost; the broker may have accepted the message all the same.</summary>
    public bool LosesConfirmation() => IsDegraded && random.NextDouble() < _lostConfirmationRate;

    /// <summary>How long a message may stay in transit after its connection broke; some buffers hold it for minutes.</summary>
    public TimeSpan InFlightDelay() => NextDelay(_inFlightDelayMax);

    /// <summary>A random decision.</summary>
    public bool NextBool(double probability = 0.5) => random.NextDouble() < probability;

    /// <summary>A random number below the given one.</summary>
    public int NextInt(int count) => random.Next(count);

    /// <summary>A random time up to the given one.</summary>
    public TimeSpan NextDelay(TimeSpan time) => time * random.NextDouble();
}
