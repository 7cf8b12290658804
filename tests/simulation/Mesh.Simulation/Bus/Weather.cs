namespace Mesh.Simulation.Bus;

/// <summary>How bad the network is: drawn once for a run, and calm once its storm is over.</summary>
/// <param name="chance">What is drawn from.</param>
/// <param name="wires">What the length of the wires is drawn from, apart so that it changes nothing else.</param>
internal sealed class Weather(Random chance, Random wires)
{
    private readonly double _duplicates = chance.NextDouble() * 0.1;
    private readonly double _late = chance.NextDouble() * 0.1;
    private readonly double _refused = chance.NextDouble() * (chance.NextDouble() < 0.15 ? 0.3 : 0.03);
    private readonly TimeSpan _wiresHold = TimeSpan.FromSeconds(wires.NextDouble() < 0.2 ? wires.Next(60, 300) : 40);
    private readonly TimeSpan _lateMax = TimeSpan.FromSeconds(chance.Next(1, 40));

    /// <summary>Whether the storm lasts.</summary>
    public bool IsStormy { get; set; }

    /// <summary>How long a message is on its way.</summary>
    public TimeSpan Latency() => IsStormy && chance.NextDouble() < _late
        ? _lateMax * chance.NextDouble()
        : TimeSpan.FromMilliseconds(0.2 + chance.NextDouble() * 4);

    /// <summary>Whether a message that was handled comes again, because its acknowledgement was lost.</summary>
    public bool LosesAcknowledgement() => IsStormy && chance.NextDouble() < _duplicates;

    /// <summary>Whether a sender is told nothing good of a message, which the broker may have taken all the same.</summary>
    public bool LosesConfirmation() => IsStormy && chance.NextDouble() < _refused;

    /// <summary>How long something may still be on the wires after its connection has broken; some buffers hold it for minutes.</summary>
    public TimeSpan WiresHold() => Within(_wiresHold);

    /// <summary>Throws a coin.</summary>
    public bool Coin(double probability = 0.5) => chance.NextDouble() < probability;

    /// <summary>A number below another.</summary>
    public int Below(int count) => chance.Next(count);

    /// <summary>A time up to another.</summary>
    public TimeSpan Within(TimeSpan time) => time * chance.NextDouble();
}
