using Mesh.Contracts.Scheduling;
using Mesh.Simulation.Running;

namespace Mesh.Simulation.Worlds;

/// <summary>The course of a run: begin, storm, calm, and the end that must come.</summary>
internal sealed partial class World
{
    private static readonly TimeSpan EndMustComeWithin = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan LongerForEach = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AftermathLasts = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>When the faults have stopped, in ticks; everything must come to its end within a bound after that.</summary>
    public long CalmSinceTicks { get; private set; } = long.MaxValue;

    /// <summary>Runs a world to its end and tells what came of it.</summary>
    public static RunResult Run(RunOptions options)
    {
        using var world = new World(options);
        string? failure = null, invariant = null;
        try
        {
            world.Run();
        }
        catch (RunFailedException e)
        {
            (failure, invariant) = (e.Message, e.Invariant);
        }
#pragma warning disable CA1031 // Whatever else goes wrong is a finding too, and must name its seed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            (failure, invariant) = (e.ToString(), "the run itself does not fail");
        }

        return new RunResult(
            options.Seed, failure is null ? null : world.Report(invariant!, failure), invariant, world.Trace.Hash, world.Pump.Steps, TimeSpan.FromTicks(world.Pump.Ticks),
            [.. world.Store.Flights().Where(flight => flight.HasEnded).Select(flight => flight.Outcome.ToString()!)], [.. world.Storm.Told]);
    }

    private void Run()
    {
        foreach (var service in Services)
            service.Start();
        foreach (var host in Hosts)
            host.StartAgent();
        Operators.Plan(Storm.Lasts);
        Maintainers.Plan(Storm.Lasts);
        Storm.Plan();
        Weather.IsStormy = true;
        RunUntil(Storm.Lasts.Ticks);

        Trace.Add("world", "the storm is over");
        Weather.IsStormy = false;
        Storm.Calm();
        CalmSinceTicks = Pump.Ticks;

        // Where only one may copy at a time, all others wait for it.
        var bound = EndMustComeWithin + LongerForEach * (Store.UnfinishedCount() + Vms.Count);
        var deadline = Pump.Ticks + bound.Ticks;
        while (!IsOver() && Pump.Ticks < deadline)
            RunUntil(Pump.Ticks + LookEvery.Ticks);
        if (!IsOver())
            throw new RunFailedException(
                "every accepted migration reaches its end", $"{bound.TotalMinutes:0} min after the faults stopped there is no end of: {string.Join("; ", Unfinished())}");

        RunUntil(Pump.Ticks + AftermathLasts.Ticks);
        foreach (var invariant in _invariants)
            invariant.AtEnd();
        if (_failure is not null)
            throw _failure;
    }

    private bool IsOver() => Operators.IsDone && Maintainers.IsDone && Store.UnfinishedCount() == 0 && Store.OutboxCount() == 0 && !RunningDrains().Any();

    private IEnumerable<DrainView> RunningDrains() => Schedule.Drains().Where(drain => drain.State == DrainState.Running);

    private IEnumerable<string> Unfinished() =>
    [
        .. Store.Flights().Where(flight => !flight.HasEnded).Select(flight =>
            $"{flight.Id} {flight.Phase} ({flight.Reason}); words: {flight.SourceWord?.Status.ToString() ?? "none"} on {flight.Source}, {flight.DestinationWord?.Status.ToString() ?? "none"} on {flight.Destination}; outstanding: {string.Join(", ", flight.Outstanding.Select(command => command.Command.GetType().Name))}"),
        .. Operators.Undone(),
        .. Maintainers.IsDone ? [] : new[] { "wishes of maintainers" },
        .. RunningDrains().Select(drain => $"drain {drain.Id} of {string.Join(", ", drain.Hosts)}: {string.Join(", ", drain.Moves.Select(move => $"{move.VmName} to {move.To} {move.State} {move.Migration}"))}"),
        .. Store.OutboxCount() > 0 ? [$"{Store.OutboxCount()} messages in the outbox"] : Array.Empty<string>(),
    ];

    private void RunUntil(long ticks)
    {
        while (Pump.Step(ticks))
        {
            if (Pump.HasEscapes)
                throw new RunFailedException("everything runs on one thread", string.Join("\n", Pump.Escapes));
            if (Truth.Look())
            {
                Storm.Look();
                foreach (var invariant in _invariants)
                    invariant.AfterChange();
            }

            if (_failure is not null)
                throw _failure;
        }
    }

    private string Report(string invariant, string failure) =>
        $"""
        seed {_options.Seed}{(_options.Bug is { } bug ? $", planted {bug}" : "")} violates: {invariant}
        {failure.Replace(Directory, "", StringComparison.Ordinal)}
        faults: {string.Join("; ", Storm.Told)}
        machines: {string.Join("; ", Vms.Select(vm => $"{vm.Name} {vm.Id}"))}
        the last of {Trace.Count} lines:
        {string.Join("\n", Trace.Last)}
        replay: dotnet run -c Release --project tests/simulation/Mesh.Simulation -- --seed {_options.Seed} --trace{(_options.Bug is { } planted ? $" --plant {planted}" : "")}
        """;
}
