using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Tests.Queueing;

/// <summary>Endless streams of migrations of the highest priority, beside one of the lowest priority that needs their slots.</summary>
public sealed class When_requests_keep_coming
{
    private static readonly MigrationView Lowest = Given.Waiting("lowest", "a", 0, MigrationPriority.Balancing);

    private readonly List<(MigrationView View, DateTimeOffset Ends)> _running = [];
    private List<MigrationView> _waiting = [Lowest];
    private int _asked;

    [Fact]
    public void Should_admit_a_migration_whose_only_host_others_use_in_turn()
    {
        // One from a every 10 s, for 10 s each: without ageing the lowest would wait for ever.
        var admittedAt = Run(second => second % 10 == 0 ? [("a", "c")] : [], limits => limits with { OutboundPerHost = 1, PreparingPerHost = 0 });
        admittedAt.ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(16));
    }

    [Fact]
    public void Should_admit_a_migration_whose_two_hosts_are_never_free_together()
    {
        // Migrations from a and to b alternate, each for 10 s: the lowest always lacks one of the two slots.
        var admittedAt = Run(
            second => (second % 10) switch { 0 => [("a", "c")], 5 => [("d", "b")], _ => [] },
            limits => limits with { OutboundPerHost = 1, InboundPerHost = 1, PreparingPerHost = 0 });
        admittedAt.ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(16));
    }

    [Fact]
    public void Should_admit_a_migration_whose_policy_allows_no_others()
    {
        _waiting = [Lowest.Under(new() { Cluster = 1 })];
        var admittedAt = Run(second => (second % 10) switch { 0 => [("c", "d")], 5 => [("d", "c")], _ => [] }, limits => limits with { PreparingPerHost = 0 });
        admittedAt.ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(16));
    }

    /// <summary>How long the lowest has waited when it is admitted to copy from a to b; the streams are given by second.</summary>
    private TimeSpan Run(Func<int, (string Source, string Destination)[]> requested, Func<SchedulingLimits, SchedulingLimits> limits)
    {
        for (var second = 0; second < 3600; second++)
        {
            var now = Given.Now + TimeSpan.FromSeconds(second);
            _running.RemoveAll(running => running.Ends <= now);
            foreach (var (source, destination) in requested(second))
                _waiting.Add(Given.Waiting($"s{++_asked}", source, -second, MigrationPriority.System) with { AllowedHosts = [new(destination)] });
            var fleet = Given.Fleet([.. _running.Select(running => running.View), .. _waiting]).With(limits);
            foreach (var admission in Admission.Decide(fleet, 0, now, Place).Admissions)
            {
                if (admission.Id == Lowest.Id)
                    return now - Given.Now;
                Begin(admission.Id, admission.Destination, now + TimeSpan.FromSeconds(10));
            }
        }

        return TimeSpan.MaxValue;

        static PlacementResult Place(Fleet fleet, MigrationView migration) => Given.Chosen(migration.AllowedHosts is [var only] ? only.Value : "b");
    }

    private void Begin(MigrationId id, HostName destination, DateTimeOffset ends)
    {
        var view = _waiting.Single(migration => migration.Id == id) with { Destination = destination, Phase = MigrationPhase.PreCopy, MayTransfer = true };
        _waiting.RemoveAll(migration => migration.Id == id);
        _running.Add((view, ends));
    }
}
