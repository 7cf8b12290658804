namespace Mesh.Agent.Hypervisors;

/// <summary>Delays that double up to a maximum.</summary>
internal sealed class ExponentialBackoff
{
    private readonly TimeSpan _max;
    private TimeSpan _next;

    public ExponentialBackoff(TimeSpan first, TimeSpan max) => (_next, _max) = (first, max);

    public TimeSpan Next()
    {
        var wait = _next;
        _next = _next * 2 > _max ? _max : _next * 2;
        return wait;
    }
}
