using FsCheck;
using FsCheck.Fluent;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using HostName = Mesh.Contracts.Values.HostName;

namespace Mesh.Migrations.Tests;

/// <summary>
/// From every state that a migration can reach, and whatever both hosts go on reporting or answering, time, an abort or the fencing of a
/// host leads to an outcome.
/// </summary>
public sealed class When_nothing_changes_any_more
{
    private static readonly VmStatus[] Statuses = Enum.GetValues<VmStatus>();

    /// <summary>MESH_RUNS overrides the number of runs.</summary>
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(
        int.TryParse(Environment.GetEnvironmentVariable("MESH_RUNS"), out var worlds) ? worlds : 1500);

    [Fact]
    public void Should_end_by_time_by_an_abort_or_when_its_hosts_are_fenced() =>
        Check.One(Many, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => new Stillness(seed).Run()));

    [Fact]
    public void Should_end_without_fencing_if_both_hosts_answer_and_no_job_is_reported()
    {
        for (var seed = 0; seed < 60; seed++)
            foreach (var source in Statuses.Where(status => status != VmStatus.MigratingFrom))
                foreach (var destination in Statuses)
                    new Stillness(seed) { Source = source, Destination = destination, Answer = seed % 2 == 0 ? CommandResult.Succeeded : CommandResult.Rejected, IsFencingAllowed = false }.Run();
    }

    [Fact]
    public void Should_end_in_many_ways()
    {
        var outcomes = Enumerable.Range(0, 600).Select(seed => new Stillness(seed).Run()).GroupBy(outcome => outcome).ToDictionary(group => group.Key, group => group.Count());
        outcomes.Count.ShouldBeGreaterThan(7, string.Join(", ", outcomes.Select(outcome => $"{outcome.Key} {outcome.Value}")));
    }

    /// <summary>A reachable state, and hosts that report and answer the same for ever.</summary>
    private sealed class Stillness
    {
        private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(45);

        private readonly int _seed;
        private readonly Random _random;
        private readonly HashSet<HostName> _silent = [];
        private readonly Queue<CommandAnswer> _answers = new();
        private MigrationState _state;
        private DateTimeOffset _now;
        private long _sequence = 1_000_000;

        public Stillness(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            (_state, _now) = new FaultyWorld(seed).Reach();
            Source = Statuses[_random.Next(Statuses.Length)];
            Destination = Statuses[_random.Next(Statuses.Length)];
            Answer = _random.Next(4) is var draw and < 3 ? (CommandResult)draw : null;
            SourceDetail = _random.Next(3) == 0 ? "shut off (crashed)" : "";
            Elsewhere = _random.Next(4) == 0 ? ThirdHostPresence.Yes : ThirdHostPresence.No;
            foreach (var host in new[] { _state.Source, _state.Destination })
                if (host is { } known && _random.Next(5) == 0)
                    _silent.Add(known);
        }

        public VmStatus Source { get; init; }

        public VmStatus Destination { get; init; }

        /// <summary>How every command is answered; null for not at all.</summary>
        public CommandResult? Answer { get; init; }

        public bool IsFencingAllowed { get; init; } = true;

        private string SourceDetail { get; }

        private ThirdHostPresence Elsewhere { get; }

        public MigrationOutcome Run()
        {
            if (!IsFencingAllowed)
                _silent.Clear();
            Wait();
            Apply(new AbortReceived(new AbortMigration(_state.Id, "tester")));
            Wait();
            if (IsFencingAllowed)
                foreach (var host in new[] { _state.Source, _state.Destination })
                {
                    if (_state.HasEnded || host is not { } off)
                        continue;
                    _silent.Add(off);
                    Apply(new HostFenced(off, 1_000_000, "tester"));
                    Wait();
                }

            _state.HasEnded.ShouldBeTrue(
                $"seed {_seed}: still {_state.Phase} ({_state.Reason}) with {Source} on the source, {Destination} on the destination, answers {Answer?.ToString() ?? "none"}, "
                + $"job end {_state.JobEnd}, outstanding {string.Join(", ", _state.Outstanding.Select(outstanding => outstanding.Command.GetType().Name))}");
            return _state.Outcome!.Value;
        }

        private void Wait()
        {
            var until = _now + Patience;
            while (_now < until && !_state.HasEnded)
            {
                _now += Tick;
                for (var fired = 0; MigrationTimers.NextDue(_state) <= _now; fired++)
                {
                    fired.ShouldBeLessThan(50, $"seed {_seed}: timers never end in {_state.Phase}");
                    Apply(new TimerElapsed());
                }

                Report(_state.Source, Source, SourceDetail);
                Report(_state.Destination, Destination, "");
                while (_answers.TryDequeue(out var answer))
                    Apply(new AnswerReceived(answer));
            }
        }

        private void Report(HostName? host, VmStatus status, string detail)
        {
            if (host is not { } known || _silent.Contains(known) || _state.HasEnded)
                return;
            var vm = status == VmStatus.Down && detail.Length == 0 ? null : new VmStatusReport(Given.Vm, "g1", status, status == VmStatus.Down ? detail : "");
            Apply(new ReportReceived(known, 1_000_000, ++_sequence, true, vm, null, Elsewhere, _now));
        }

        private void Apply(MigrationInput input)
        {
            if (_state.HasEnded)
                return;
            var transition = MigrationStateMachine.Apply(_state, input, _now);
            _state = transition.State;
            foreach (var sent in transition.Outputs.OfType<SendCommand>())
                if (Answer is { } result && !_silent.Contains(sent.Host))
                    _answers.Enqueue(new CommandAnswer
                    {
                        Host = sent.Host,
                        MigrationId = sent.Command.MigrationId,
                        Epoch = sent.Command.Epoch,
                        CommandId = sent.Command.CommandId,
                        Result = result,
                        Refusals = result == CommandResult.Succeeded ? [] : [new Refusal(RefusalCode.HypervisorError, "always so")],
                        DestinationUri = sent.Command is PrepareIncoming ? "qemu+tcp://hostb/system" : null,
                    });
        }
    }
}
