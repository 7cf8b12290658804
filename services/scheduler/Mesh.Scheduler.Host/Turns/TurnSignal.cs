using Mesh.Hosting.Running;

namespace Mesh.Scheduler.Host.Turns;

/// <summary>Tells the loop that there is news.</summary>
internal sealed class TurnSignal
{
    private readonly AsyncSignal _news = new();

    /// <summary>There is news: a turn is taken soon.</summary>
    public void Give() => _news.Give();

    /// <summary>Waits for news, but no longer than a time.</summary>
    public Task WaitAsync(TimeSpan max, TimeProvider time, CancellationToken cancellation) => _news.WaitAsync(max, time, cancellation);
}
