using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>Durations that a policy gives per GiB of copied data.</summary>
internal static class ScaledDuration
{
    // Longer than any migration, and small enough to be multiplied.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    public static TimeSpan Compute(MigrationPolicy policy, PlanSubject subject, TimeSpan perUnit)
    {
        var rule = policy.Limits.DataSize;
        var units = Units(rule, subject);
        var ticks = (double)perUnit.Ticks * (double)units < Longest.Ticks ? (long)(perUnit.Ticks * units) : Longest.Ticks;
        return TimeSpan.FromTicks(rule.WholeSeconds ? ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond : ticks);
    }

    // Decimal, so that parts which add up to a whole number of units are not rounded up to one more.
    private static decimal Units(DataSizeRule rule, PlanSubject subject)
    {
        var sum = Math.Max((decimal)rule.MemoryAtLeast, Count(subject.Memory))
            + subject.Disks.Sum(disk => Math.Max((decimal)rule.DiskAtLeast, Count(disk)));
        return Math.Max((decimal)rule.SumAtLeast, rule.RoundUp ? Math.Ceiling(sum) : sum);

        decimal Count(Bytes size) => (decimal)size.Count / rule.Unit.Count;
    }
}
