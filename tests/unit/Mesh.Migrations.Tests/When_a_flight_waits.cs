using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>A flight in the queue, and one that is prepared and waits for its turn to copy.</summary>
public sealed class When_a_flight_waits
{
    private static readonly Refusal[] Cordoned = [new(RefusalCode.Cordoned, "hostc is cordoned")];

    private static FlightDriver Ready() => FlightDriver.Waiting().Admit(mayTransfer: false).Prepared();

    [Fact]
    public void Should_ask_nothing_of_any_host_until_it_is_admitted()
    {
        var flight = FlightDriver.Waiting().Wait(TimeSpan.FromDays(1));
        (flight.State.Phase, flight.State.Destination, flight.State.Epoch).ShouldBe((MigrationPhase.Queued, null, default));
        flight.Commands.ShouldBeEmpty();

        flight.Admit();
        (flight.State.Phase, flight.State.Destination, flight.State.Epoch).ShouldBe((MigrationPhase.Preparing, Given.Destination, Given.Epoch));
        flight.State.Reason.ShouldBe("hostb has the most memory free");
        flight.Commands.ShouldHaveSingleItem().ShouldBeOfType<PrepareIncoming>();
    }

    [Fact]
    public void Should_be_shown_with_what_it_waits_for()
    {
        var request = Given.Request(alternatives: Given.Third) with { Priority = MigrationPriority.System, Drain = "d1", Preferred = Given.Third, RelaxAffinity = true };
        var view = FlightDriver.Waiting(request).State.ToView();
        (view.Priority, view.Drain, view.Preferred, view.RelaxAffinity, view.Attempt, view.QueuedAt).ShouldBe((MigrationPriority.System, "d1", Given.Third, true, 1, Given.Start));
        (view.Destination, view.MayTransfer, view.BandwidthShare, view.Choice, view.DataSize).ShouldBe((null, false, null, null, Bytes.FromGibibytes(1)));
        view.AllowedHosts.ShouldBe([Given.Destination, Given.Third]);

        var share = BytesPerSecond.FromMebibytes(40);
        view = FlightDriver.Waiting(request).Admit(share: share).State.ToView();
        (view.Destination, view.MayTransfer, view.BandwidthShare, view.Choice!.Host).ShouldBe((Given.Destination, true, share, Given.Destination));
    }

    [Fact]
    public void Should_be_admitted_once_however_often_it_is_said()
    {
        var flight = FlightDriver.Waiting().Admit();
        var admitted = flight.State;
        flight.Ask(Given.Admission(Given.Destination)).ShouldBe(new AdmissionAnswer(true));
        flight.Tell(new AttemptReceived(Given.Admission(Given.Third), flight.Machine!, new Epoch(99)));
        flight.State.ShouldBe(admitted);
    }

    private static readonly Dictionary<string, Func<FlightDriver, AdmissionAnswer>> ByWords = new(StringComparer.Ordinal)
    {
        { "attempt 2 is meant, and it is at attempt 1", flight => flight.Ask(Given.Admission(Given.Destination, attempt: 2)) },
        { "hostc may not take g1 any more: only hostb may", flight => flight.Ask(Given.Admission(Given.Third)) },
        { "it is on its way to hostb already", flight => flight.Admit().Ask(Given.Admission(Given.Third)) },
        { "ended already: AbortedByOperator", flight => flight.Abort().Ask(Given.Admission(Given.Destination)) },
        { "no host describes g1 any more", flight => With(flight, null).Ask(Given.Admission(Given.Destination)) },
        { "g1 is on hostb already", flight => With(flight, new(Given.Destination, Given.Machine())).Ask(Given.Admission(Given.Destination)) },
        { "g1 is not running on hosta", flight => With(flight, new(Given.Source, Given.Machine() with { Status = VmStatus.Down })).Ask(Given.Admission(Given.Destination)) },
        { "in a migration on hosta that the mesh did not start", flight => With(flight, new(Given.Source, Given.Machine() with { Status = VmStatus.MigratingFrom })).Ask(Given.Admission(Given.Destination)) },
        { "hostb was last heard of 0 s ago", flight => flight.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { Health = HostHealth.Suspect }) },
        { "hostb was fenced", flight => flight.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { Health = HostHealth.Fenced }) },
        { "does not answer its agent", flight => flight.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { HypervisorReachable = false }) },
        { "no agent has reported a host 'hostb'", flight => flight.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { Inventory = null }) },
        { "hostb has a machine g1", flight => flight.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { Inventory = Given.Inventory(Given.Destination, Given.Machine()) }) },
        { "of memory free, and g1 needs", flight => With(flight, new(Given.Source, Given.Machine() with { Memory = Bytes.FromGibibytes(5) })).Ask(Given.Admission(Given.Destination)) },
    };

    public static TheoryData<string> Objections => [.. ByWords.Keys];

    [Theory]
    [MemberData(nameof(Objections))]
    public void Should_not_be_admitted_against_what_is_known_by_then(string words)
    {
        var answer = ByWords[words](FlightDriver.Waiting());
        answer.Taken.ShouldBeFalse();
        answer.Explanation.ShouldContain(words);
        Admissions.Objection(null, Given.Admission(Given.Destination), null, Given.Fit(Given.Destination), Given.Start)!.Explanation.ShouldBe("there is no migration 'm1'");
    }

    [Fact]
    public void Should_be_taken_as_it_is_and_where_it_is_when_it_is_admitted()
    {
        var flight = FlightDriver.Waiting(Given.Request(new MigrationOptions { CopyStorage = CopyStorage.All }), Given.Facts(Given.Machine(Given.Disk("vda"))));
        With(flight, new(Given.Third, Given.Machine(Given.Disk("vda"), Given.Disk("vdb")))).Admit();
        flight.State.Source.ShouldBe(Given.Third);
        flight.Last<PrepareIncoming>().Source.ShouldBe(Given.Third);
        flight.Last<PrepareIncoming>().DisksToCreate.Select(disk => disk.Target).ShouldBe(["vda", "vdb"]);
        flight.Prepared().Outputs.OfType<CommandGiven>().Last().Host.ShouldBe(Given.Third);
    }

    [Fact]
    public void Should_not_copy_before_it_may()
    {
        var flight = Ready().Wait(TimeSpan.FromDays(1));
        (flight.State.Phase, flight.Commands.OfType<StartMigration>().Any()).ShouldBe((MigrationPhase.Ready, false));
        flight.Ask(Given.Admission(Given.Destination, mayTransfer: false)).Taken.ShouldBeTrue();
        flight.State.Phase.ShouldBe(MigrationPhase.Ready);

        flight.Ask(Given.Admission(Given.Destination)).Taken.ShouldBeTrue();
        flight.Ask(Given.Admission(Given.Destination)).Taken.ShouldBeTrue();
        flight.Commands.OfType<StartMigration>().ShouldHaveSingleItem();
        flight.State.Phase.ShouldBe(MigrationPhase.Starting);
    }

    [Fact]
    public void Should_start_as_soon_as_it_is_prepared_when_it_may_copy_by_then()
    {
        var flight = FlightDriver.Waiting().Admit(mayTransfer: false);
        flight.Ask(Given.Admission(Given.Destination)).Taken.ShouldBeTrue();
        flight.State.Phase.ShouldBe(MigrationPhase.Preparing);
        flight.Prepared().State.Phase.ShouldBe(MigrationPhase.Starting);
    }

    [Fact]
    public void Should_be_abortable_in_the_queue_and_when_prepared()
    {
        FlightDriver.Waiting().Abort().State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        var flight = Ready().Abort();
        flight.Answer(flight.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        flight.Commands.ShouldNotContain(command => command is StartMigration);
    }

    [Theory]
    [InlineData(false, false, MigrationPhase.Ended, MigrationOutcome.Lost)]
    [InlineData(true, false, MigrationPhase.Ended, MigrationOutcome.Lost)]
    [InlineData(false, true, MigrationPhase.Queued, null)]
    [InlineData(true, true, MigrationPhase.Queued, null)]
    public void Should_end_with_its_source_and_look_for_another_destination(bool isReady, bool isDestination, MigrationPhase phase, MigrationOutcome? outcome)
    {
        var flight = FlightDriver.Waiting(Given.Request(alternatives: Given.Third));
        if (isReady)
            flight.Admit(mayTransfer: false).Prepared();
        flight.Fence(isDestination ? Given.Destination : Given.Source);
        (flight.State.Phase, flight.State.Outcome).ShouldBe((phase, outcome));
        flight.Commands.OfType<CleanUpIncoming>().Count().ShouldBe(isReady ? 1 : 0);
        flight.State.FailedAttempts.Count.ShouldBe(isReady && isDestination ? 1 : 0);
    }

    [Fact]
    public void Should_be_refused_when_no_host_can_take_it_and_failed_when_one_has_failed()
    {
        var flight = FlightDriver.Waiting().Tell(new DismissalReceived(Cordoned));
        (flight.State.Outcome, flight.State.Reason).ShouldBe((MigrationOutcome.Refused, "hostc is cordoned"));

        flight = FlightDriver.Waiting(Given.Request(alternatives: Given.Third)).Admit();
        flight.Answer(flight.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.Storage, "no room"));
        Admissions.Objection(flight.State, new DismissMigration(flight.State.Id, 1, 1, Cordoned))!.Explanation.ShouldContain("attempt 1 is meant");
        flight.Tell(new DismissalReceived(Cordoned));
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldBe("hostb cannot take the machine: no room; no other host can take the machine: hostc is cordoned");
        flight.State.Refusals.ShouldBe(Cordoned);
    }

    [Fact]
    public void Should_not_be_dismissed_any_more_once_it_is_admitted()
    {
        var flight = FlightDriver.Waiting().Admit();
        Admissions.Objection(flight.State, new DismissMigration(flight.State.Id, 1, 1, Cordoned))!.Explanation.ShouldBe("it does not wait any more: it is Preparing");
        flight.Tell(new DismissalReceived(Cordoned)).State.Phase.ShouldBe(MigrationPhase.Preparing);
    }

    [Fact]
    public void Should_take_another_priority_or_other_hosts_and_keep_who_asked()
    {
        var flight = FlightDriver.Waiting(Given.Request() with { Preferred = Given.Destination });
        var wish = new RescheduleMigration { Id = flight.State.Id, By = "ann" };
        flight.Tell(new RescheduleReceived(wish with { Priority = MigrationPriority.System }));
        flight.State.Wish.Priority.ShouldBe(MigrationPriority.System);
        flight.State.Wish.AllowedHosts.ShouldBe([Given.Destination]);
        flight.Tell(new RescheduleReceived(wish with { To = Given.Third, Alternatives = [Given.Fourth] }));
        (flight.State.Wish.Preferred, flight.State.Wish.Priority).ShouldBe((null, MigrationPriority.System));
        flight.State.Wish.AllowedHosts.ShouldBe([Given.Third, Given.Fourth]);
        flight.Tell(new RescheduleReceived(wish with { ToAny = true, Preferred = Given.Fourth }));
        (flight.State.Wish.Preferred, flight.State.Wish.AllowedHosts.Count).ShouldBe((Given.Fourth, 0));

        flight.State.Changes.Select(change => (change.By, change.What)).ShouldBe(
            [("ann", "priority System"), ("ann", "to hostc, or to hostd"), ("ann", "to any host, preferably to hostd")]);
        flight.State.Changes.Select(change => change.ChangeId).ShouldBeUnique();
    }

    [Fact]
    public void Should_not_be_rescheduled_without_a_wish_or_once_it_moves()
    {
        var flight = FlightDriver.Waiting();
        var wish = new RescheduleMigration { Id = flight.State.Id, By = "ann" };
        Admissions.Objection(flight.State, wish)!.Explanation.ShouldContain("nothing is to be changed");
        Admissions.Objection(flight.State, wish with { To = Given.Third, ToAny = true })!.Explanation.ShouldContain("exclude each other");
        Admissions.Objection(null, wish)!.Result.ShouldBe(ChangeResult.Unknown);
        flight.Admit();
        Admissions.Objection(flight.State, wish with { ToAny = true })!.Result.ShouldBe(ChangeResult.Refused);
        flight.Tell(new RescheduleReceived(wish with { ToAny = true })).State.Wish.AllowedHosts.ShouldBe([Given.Destination]);
        Admissions.Objection(flight.Fence(Given.Source).State, wish with { ToAny = true })!.Result.ShouldBe(ChangeResult.AlreadyEnded);
    }

    [Fact]
    public void Should_start_with_what_was_changed_meanwhile_and_keep_what_was_set_by_hand()
    {
        var flight = FlightDriver.Waiting();
        flight.Change(flight.Wish() with { MaxDowntime = TimeSpan.FromMilliseconds(400), Suspend = true });
        var policy = Given.Policy(new MigrationPolicy { Name = "other", Description = "For tests.", Start = new() { MaxDowntime = TimeSpan.FromMilliseconds(100), Bandwidth = BytesPerSecond.FromMebibytes(30) } });
        flight.Change(flight.Wish("c2") with { Policy = "other" }, policy);
        flight.Admit().Prepared();

        var start = flight.Last<StartMigration>();
        (start.Options.MaxDowntime, start.Options.Bandwidth, start.Options.PostCopy).ShouldBe((TimeSpan.FromMilliseconds(400), BytesPerSecond.FromMebibytes(30), true));
        flight.State.Policy.ShouldBe(policy);
        flight.Commands.OfType<ChangeParameters>().First().Suspend.ShouldBe(true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Should_be_kept_and_read_again_as_it_is(bool isReady)
    {
        var flight = isReady ? Ready() : FlightDriver.Waiting();
        var before = JsonSerializer.Serialize(flight.State, MeshJson.Options);
        flight.Restart();
        JsonSerializer.Serialize(flight.State, MeshJson.Options).ShouldBe(before);
        var admission = Given.Admission(Given.Destination);
        flight.Ask(admission).Taken.ShouldBeTrue();
        flight.State.Phase.ShouldBe(isReady ? MigrationPhase.Starting : MigrationPhase.Preparing);
    }

    [Fact]
    public void Should_have_waited_as_long_as_it_has_although_the_clock_was_set_back()
    {
        var flight = FlightDriver.Waiting().Wait(TimeSpan.FromMinutes(1));
        flight.Tell(new TimeCame()).SetBack(TimeSpan.FromHours(1));
        flight.Tell(new TimeCame());
        (flight.Now - flight.State.QueuedAt).ShouldBe(TimeSpan.FromMinutes(1));
    }

    private static FlightDriver With(FlightDriver flight, LocatedVm? machine)
    {
        flight.Machine = machine;
        return flight;
    }
}
