using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Draining;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Worlds;

/// <summary>The course of a run: start, faults, recovery, and the end that must follow within a bound.</summary>
internal sealed partial class World
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan EndTimeoutPerMigration = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    /// <summary>When faults ended, in ticks; everything must finish within a bound after that.</summary>
    public long FaultsEndedTicks { get; private set; } = long.MaxValue;

    /// <summary>Runs a world to its end.</summary>
    public static RunResult Run(RunOptions options)
    {
        using var world = new World(options);
        string? failure = null, invariant = null;
        try
        {
            world.Run();
        }
        catch (InvariantViolatedException e)
        {
            (failure, invariant) = (e.Message, e.Invariant);
        }
#pragma warning disable CA1031 // Any other exception is a finding too, and must be reported with its seed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            (failure, invariant) = (e.ToString(), "the run itself does not fail");
        }

        return new RunResult(
            options.Seed, failure is null ? null : world.DescribeFailure(invariant!, failure), invariant, world.Trace.Hash, world.EventLoop.Steps, TimeSpan.FromTicks(world.EventLoop.Ticks),
            [.. world.MigrationsStore.ReadMigrations().Where(migration => migration.HasEnded).Select(migration => migration.Outcome.ToString()!)], [.. world.FaultSchedule.Injected]);
    }

    private void Run()
    {
        foreach (var service in Services)
            service.Start();
        foreach (var host in Hosts)
            host.StartAgent();
        Operators.Plan(FaultSchedule.Duration);
        Maintainers.Plan(FaultSchedule.Duration);
        Impostors.Plan(FaultSchedule.Duration);
        FaultSchedule.Plan();
        NetworkConditions.IsDegraded = true;
        RunUntil(FaultSchedule.Duration.Ticks);

        Trace.Add("world", "faults end");
        NetworkConditions.IsDegraded = false;
        FaultSchedule.EndAll();
        FaultsEndedTicks = EventLoop.Ticks;

        // If only one migration may copy at a time, all others wait for it.
        var bound = EndTimeout + EndTimeoutPerMigration * (MigrationsStore.CountUnfinished() + Vms.Count);
        var deadline = EventLoop.Ticks + bound.Ticks;
        do
        {
            while (!IsOver() && EventLoop.Ticks < deadline)
                RunUntil(EventLoop.Ticks + PollInterval.Ticks);
            if (!IsOver())
                throw new InvariantViolatedException(
                    "every accepted migration ends", $"unfinished {bound.TotalMinutes:0} min after faults ended: {string.Join("; ", DescribeUnfinished())}");

            // A blocked drain starts again when a VM has arrived on its host.
            RunUntil(EventLoop.Ticks + SettleTime.Ticks);
        }
        while (!IsOver());

        foreach (var invariant in _invariants)
            invariant.AtEnd();
        if (_failure is not null)
            throw _failure;
    }

    private bool IsOver() => Operators.IsDone && Maintainers.IsDone && MigrationsStore.CountUnfinished() == 0 && MigrationsStore.CountOutbox() == 0 && !RunningDrains().Any();

    private IEnumerable<Drain> RunningDrains() => SchedulerStore.ReadDrains().Where(drain => drain.State == DrainState.Running);

    private IEnumerable<string> DescribeUnfinished() =>
    [
        .. MigrationsStore.ReadMigrations().Where(migration => !migration.HasEnded).Select(migration =>
            $"{migration.Id} {migration.Phase} ({migration.Reason}); reports: {migration.SourceObservation?.Status.ToString() ?? "none"} on {migration.Source}, {migration.DestinationObservation?.Status.ToString() ?? "none"} on {migration.Destination}; outstanding: {string.Join(", ", migration.Outstanding.Select(command => command.Command.GetType().Name))}"),
        .. Operators.DescribeUnanswered(),
        .. Maintainers.IsDone ? [] : new[] { "pending maintenance" },
        .. RunningDrains().Select(drain => $"drain {drain.Id} of {string.Join(", ", drain.Hosts)}: {string.Join(", ", drain.Moves.Select(move => $"{move.VmName} to {move.To} {move.State} {move.Migration}"))}"),
        .. MigrationsStore.CountOutbox() > 0 ? [$"{MigrationsStore.CountOutbox()} messages in the outbox"] : Array.Empty<string>(),
    ];

    private void RunUntil(long ticks)
    {
        while (EventLoop.Step(ticks))
        {
            if (EventLoop.HasThreadViolations)
                throw new InvariantViolatedException("everything runs on one thread", string.Join("\n", EventLoop.ThreadViolations));
            if (GroundTruth.Refresh())
            {
                FaultSchedule.TriggerPhaseFaults();
                foreach (var invariant in _invariants)
                    invariant.AfterChange();
            }

            if (_failure is not null)
                throw _failure;
        }
    }

    private string DescribeFailure(string invariant, string failure) =>
        $"""
        seed {_options.Seed}{(_options.Bug is { } bug ? $", seeded bug {bug}" : "")} violates: {invariant}
        {failure.Replace(Directory, "", StringComparison.Ordinal)}
        faults: {string.Join("; ", FaultSchedule.Injected)}
        VMs: {string.Join("; ", Vms.Select(vm => $"{vm.Name} {vm.Id}"))}
        the last of {Trace.Count} trace lines:
        {string.Join("\n", Trace.Last)}
        replay: dotnet run -c Release --project tests/simulation/Mesh.Simulation -- --seed {_options.Seed} --trace{(_options.Bug is { } seeded ? $" --bug {seeded}" : "")}
        """;
}
