namespace Mesh.Simulation.Bus;

/// <summary>How bad the network is: drawn once for a run, and calm once its storm is over.</summary>
/// <param name="random">What is drawn from.</param>
/// <param name="wires">What the length of the wires is drawn from, apart so that it changes nothing else.</param>
internal sealed class NetworkConditions(Random random, Random wires)
{
    private readonly double _duplicateRate = random.NextDouble() * 0.1;
    private readonly double _delayRate = random.NextDouble() * 0.1;
    private readonly double _lostConfirmationRate = random.NextDouble() * (random.NextDouble() < 0.15 ? 0.3 : 0.03);
    private readonly TimeSpan _inFlightDelayMax = TimeSpan.FromSeconds(wires.NextDouble() < 0.2 ? wires.Next(60, 300) : 40);
    private readonly TimeSpan _delayMax = TimeSpan.FromSeconds(random.Next(1, 40));

    /// <summary>Whether the storm lasts.</summary>
    public bool IsDegraded { get; set; }

    /// <summary>How long a message is on its way.</summary>
    public TimeSpan Latency() => IsDegraded && random.NextDouble() < _delayRate
        ? _delayMax * random.NextDouble()
        : TimeSpan.FromMilliseconds(0.2 + random.NextDouble() * 4);

    /// <summary>Whether a message that was handled comes again, because its acknowledgement was lost.</summary>
    public bool LosesAcknowledgement() => IsDegraded && random.NextDouble() < _duplicateRate;

    /// <summary>Whether a sender is told nothing good of a message, which the broker may have taken all the same.</summary>
    public bool LosesConfirmation() => IsDegraded && random.NextDouble() < _lostConfirmationRate;

    /// <summary>How long something may still be on the wires after its connection has broken; some buffers hold it for minutes.</summary>
    public TimeSpan InFlightDelay() => NextDelay(_inFlightDelayMax);

    /// <summary>Throws a coin.</summary>
    public bool NextBool(double probability = 0.5) => random.NextDouble() < probability;

    /// <summary>A number below another.</summary>
    public int NextInt(int count) => random.Next(count);

    /// <summary>A time up to another.</summary>
    public TimeSpan NextDelay(TimeSpan time) => time * random.NextDouble();
}
