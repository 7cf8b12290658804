using Mesh.Hosting.Background;

namespace Mesh.Scheduler.Host.Fleets;

/// <summary>Tells the loop that there is news.</summary>
internal sealed class FleetChangeSignal
{
    private readonly AsyncSignal _news = new();

    /// <summary>There is news: a turn is taken soon.</summary>
    public void Notify() => _news.Set();

    /// <summary>Waits for news, but no longer than a time.</summary>
    public Task WaitAsync(TimeSpan max, TimeProvider time, CancellationToken cancellation) => _news.WaitAsync(max, time, cancellation);
}
