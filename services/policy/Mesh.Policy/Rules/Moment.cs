namespace Mesh.Policy.Rules;

/// <summary>Times as a plan keeps them. JSON has whole milliseconds, so a plan that was never stored must not know more.</summary>
internal static class Moment
{
    public static TimeSpan Of(TimeSpan time) => TimeSpan.FromMilliseconds(time.Ticks / TimeSpan.TicksPerMillisecond);

    public static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
