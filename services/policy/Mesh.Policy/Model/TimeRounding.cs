using Mesh.Contracts.Telemetry;

namespace Mesh.Policy.Model;

/// <summary>Times as a plan keeps them. JSON has whole milliseconds, so a plan that was never stored must not know more.</summary>
internal static class TimeRounding
{
    public static TimeSpan ToMilliseconds(TimeSpan time) => TimeSpan.FromMilliseconds(time.Ticks / TimeSpan.TicksPerMillisecond);

    public static CopyStatistics ToMilliseconds(CopyStatistics copy) =>
        copy.Elapsed.Ticks % TimeSpan.TicksPerMillisecond == 0 ? copy : copy with { Elapsed = ToMilliseconds(copy.Elapsed) };

    public static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
