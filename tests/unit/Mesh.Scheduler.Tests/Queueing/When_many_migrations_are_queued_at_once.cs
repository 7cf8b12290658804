using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Tests.Queueing;

/// <summary>Ten thousand requests, aborts, failures and completions, with hosts that fail and recover.</summary>
public sealed class When_many_migrations_are_queued_at_once
{
    private const int Steps = 10_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Should_respect_every_limit_at_every_step(int seed)
    {
        var world = new RandomWorld(seed);
        for (var step = 0; step < Steps; step++)
        {
            world.Step((migration, admission) => CheckLimits(world, migration, admission));
            CheckPostCopy(world);
        }

        world.Admitted.ShouldBeGreaterThan(1000);
        world.Rejected.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Should_neither_starve_nor_deadlock(int seed)
    {
        // At worst a migration waits for all others, one after the other, after it has become overdue.
        var bound = (QueueOrder.StepsUntilOverdue * new RandomWorld(seed).Limits.AgeingStep) + RandomWorld.WaitingMax * TimeSpan.FromMinutes(1);
        var world = new RandomWorld(seed);
        for (var step = 0; step < Steps; step++)
        {
            world.Step((_, _) => { });
            world.Migrations.ShouldAllBe(migration => migration.Starved < bound, $"step {step}");
            if (world.Migrations.Exists(migration => migration.HoldsTransfer))
                continue;
            var next = Admission.Decide(world.Fleet, 0, world.Now, world.Place);
            next.Admissions.Any(admission => admission.MayTransfer)
                .ShouldBe(world.Migrations.Exists(migration => world.IsPlaceable(migration.View)), $"step {step}: nothing copies, so something must");
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Should_leave_no_slot_idle_that_could_be_used(int seed)
    {
        // Nothing becomes overdue, so that no slot is reserved.
        var world = new RandomWorld(seed, ageingMinutes: 600);
        var tried = 0;
        for (var step = 0; step < Steps; step++)
        {
            world.Step((_, _) => { });
            if (step % 10 > 0)
                continue;
            var decision = Admission.Decide(world.Fleet, 0, world.Now, world.Place);
            if (decision.Admissions.Count > 0)
                continue;
            foreach (var waiting in world.Migrations.Where(migration => world.IsPlaceable(migration.View)))
            {
                tried++;
                var hosts = waiting.View.Destination is { } prepared ? [prepared] : world.Eligible(waiting.View).Select(host => new HostName(host));
                hosts.ShouldAllBe(host => Objection(world, waiting.View, host) != null, $"step {step}: {waiting.View.Id} could copy");
            }
        }

        tried.ShouldBeGreaterThan(1000);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public void Should_end_when_nothing_more_is_requested(int seed)
    {
        var world = new RandomWorld(seed);
        for (var step = 0; step < 1000; step++)
            world.Step((_, _) => { });
        world.IsOpen = false;
        for (var step = 0; step < 1000 && world.Migrations.Count > 0; step++)
            world.Step((_, _) => { });
        world.Migrations.ShouldBeEmpty();
    }

    private static void CheckLimits(RandomWorld world, WorldMigration migration, AdmitMigration admission)
    {
        migration.View.Phase.ShouldBeOneOf(MigrationPhase.Queued, MigrationPhase.Ready);
        migration.HoldsTransfer.ShouldBeFalse();
        if (migration.View.Phase == MigrationPhase.Ready)
            admission.Destination.ShouldBe(migration.View.Destination!.Value);
        if (admission.MayTransfer)
            Objection(world, migration.View, admission.Destination).ShouldBeNull();
        else
            foreach (var host in new[] { migration.View.Source!.Value, admission.Destination })
                world.Migrations.Count(other => other.HoldsPreparing && (other.View.Source == host || other.View.Destination == host))
                    .ShouldBeLessThan(world.Limits.PreparingPerHost);
    }

    /// <summary>Why a migration may not start to copy now, checked independently of the scheduler; null if it may.</summary>
    private static string? Objection(RandomWorld world, MigrationView migration, HostName destination)
    {
        var (limits, own) = (world.Limits, migration.Policy?.Policy.Concurrency);
        var copying = world.Migrations.Where(other => other.HoldsTransfer).Select(other => other.View).ToList();
        if (copying.Count >= Math.Min(own?.Cluster ?? int.MaxValue, limits.ClusterMax))
            return "the mesh";
        if (copying.Count(other => other.Source == migration.Source) >= Math.Min(Math.Min(own?.OutboundPerHost ?? int.MaxValue, limits.OutboundPerHost), Room(migration.Source!.Value)))
            return "outbound";
        if (copying.Count(other => other.Destination == destination) >= Math.Min(Math.Min(own?.InboundPerHost ?? int.MaxValue, limits.InboundPerHost), Room(destination)))
            return "inbound";
        HostName?[] hosts = [migration.Source, destination];
        var near = copying.Where(other => hosts.Contains(other.Source) || hosts.Contains(other.Destination)).ToList();
        if (near.Exists(other => other.Phase == MigrationPhase.PostCopy))
            return "post-copy";
        return migration.Options.PostCopy && near.Exists(other => other.Options.PostCopy) ? "armed" : null;

        int Room(HostName host) => LinkCapacity.MaxConcurrent(LinkCapacity.Usable(world.Host(host).Inventory.Capacity, limits), limits);
    }

    private static void CheckPostCopy(RandomWorld world)
    {
        var links = world.Migrations.Where(migration => migration.View.Phase == MigrationPhase.PostCopy)
            .SelectMany(migration => new[] { migration.View.Source!.Value, migration.View.Destination!.Value }).ToList();
        links.ShouldBeUnique();
    }
}
