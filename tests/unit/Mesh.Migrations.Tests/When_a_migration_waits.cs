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

/// <summary>A migration that is queued, or prepared and not yet admitted to copy.</summary>
public sealed class When_a_migration_waits
{
    private static readonly Refusal[] Cordoned = [new(RefusalCode.Cordoned, "hostc is cordoned")];

    private static MigrationDriver Ready() => MigrationDriver.Waiting().Admit(mayTransfer: false).Prepared();

    [Fact]
    public void Should_send_no_commands_until_it_is_admitted()
    {
        var migration = MigrationDriver.Waiting().Wait(TimeSpan.FromDays(1));
        (migration.State.Phase, migration.State.Destination, migration.State.Epoch).ShouldBe((MigrationPhase.Queued, null, default));
        migration.Commands.ShouldBeEmpty();

        migration.Admit();
        (migration.State.Phase, migration.State.Destination, migration.State.Epoch).ShouldBe((MigrationPhase.Preparing, Given.Destination, Given.Epoch));
        migration.State.Reason.ShouldBe("hostb has the most memory free");
        migration.Commands.ShouldHaveSingleItem().ShouldBeOfType<PrepareIncoming>();
    }

    [Fact]
    public void Should_be_shown_with_what_it_waits_for()
    {
        var request = Given.Request(alternatives: Given.Third) with { Priority = MigrationPriority.System, Drain = "d1", Preferred = Given.Third, RelaxAffinity = true };
        var view = MigrationDriver.Waiting(request).State.ToView();
        (view.Priority, view.Drain, view.Preferred, view.RelaxAffinity, view.Attempt, view.QueuedAt).ShouldBe((MigrationPriority.System, "d1", Given.Third, true, 1, Given.Start));
        (view.Destination, view.MayTransfer, view.BandwidthShare, view.Placement, view.DataSize).ShouldBe((null, false, null, null, Bytes.FromGibibytes(1)));
        view.AllowedHosts.ShouldBe([Given.Destination, Given.Third]);

        var share = BytesPerSecond.FromMebibytes(40);
        view = MigrationDriver.Waiting(request).Admit(share: share).State.ToView();
        (view.Destination, view.MayTransfer, view.BandwidthShare, view.Placement!.Host).ShouldBe((Given.Destination, true, share, Given.Destination));
    }

    [Fact]
    public void Should_be_admitted_once_however_often_the_admission_arrives()
    {
        var migration = MigrationDriver.Waiting().Admit();
        var admitted = migration.State;
        migration.Ask(Given.Admission(Given.Destination)).ShouldBe(new AdmissionAnswer(true));
        migration.Apply(new AdmissionReceived(Given.Admission(Given.Third), migration.LocatedVm!, new Epoch(99)));
        migration.State.ShouldBe(admitted);
    }

    private static readonly Dictionary<string, Func<MigrationDriver, AdmissionAnswer>> ByText = new(StringComparer.Ordinal)
    {
        { "stale attempt 2: the migration is at attempt 1", migration => migration.Ask(Given.Admission(Given.Destination, attempt: 2)) },
        { "hostc is no longer an allowed destination for g1: only hostb", migration => migration.Ask(Given.Admission(Given.Third)) },
        { "it is already migrating to hostb", migration => migration.Admit().Ask(Given.Admission(Given.Third)) },
        { "already ended: AbortedByOperator", migration => migration.Abort().Ask(Given.Admission(Given.Destination)) },
        { "no host reports g1 any more", migration => With(migration, null).Ask(Given.Admission(Given.Destination)) },
        { "g1 is already on hostb", migration => With(migration, new(Given.Destination, Given.CreateVm())).Ask(Given.Admission(Given.Destination)) },
        { "g1 is not running on hosta", migration => With(migration, new(Given.Source, Given.CreateVm() with { Status = VmStatus.Down })).Ask(Given.Admission(Given.Destination)) },
        { "in a migration on hosta that the mesh did not start", migration => With(migration, new(Given.Source, Given.CreateVm() with { Status = VmStatus.MigratingFrom })).Ask(Given.Admission(Given.Destination)) },
        { "hostb is not responding: it last reported 0 s ago", migration => migration.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { Health = HostHealth.Suspect }) },
        { "hostb was fenced", migration => migration.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { Health = HostHealth.Fenced }) },
        { "the hypervisor of hostb is not responding", migration => migration.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { HypervisorReachable = false }) },
        { "unknown host 'hostb'", migration => migration.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { Inventory = null }) },
        { "hostb already has a VM g1", migration => migration.Ask(Given.Admission(Given.Destination), Given.Fit(Given.Destination) with { Inventory = Given.Inventory(Given.Destination, Given.CreateVm()) }) },
        { "of memory free, and g1 needs", migration => With(migration, new(Given.Source, Given.CreateVm() with { Memory = Bytes.FromGibibytes(5) })).Ask(Given.Admission(Given.Destination)) },
    };

    public static TheoryData<string> RejectionTexts => [.. ByText.Keys];

    [Theory]
    [MemberData(nameof(RejectionTexts))]
    public void Should_not_be_admitted_if_it_is_no_longer_possible(string text)
    {
        var answer = ByText[text](MigrationDriver.Waiting());
        answer.Accepted.ShouldBeFalse();
        answer.Explanation.ShouldContain(text);
        AdmissionRules.Validate(null, Given.Admission(Given.Destination), null, Given.Fit(Given.Destination), Given.Start)!.Explanation.ShouldBe("there is no migration 'm1'");
    }

    [Fact]
    public void Should_use_the_current_description_and_host_of_the_VM_when_it_is_admitted()
    {
        var migration = MigrationDriver.Waiting(Given.Request(new MigrationOptions { CopyStorage = CopyStorage.All }), Given.Facts(Given.CreateVm(Given.Disk("vda"))));
        With(migration, new(Given.Third, Given.CreateVm(Given.Disk("vda"), Given.Disk("vdb")))).Admit();
        migration.State.Source.ShouldBe(Given.Third);
        migration.Last<PrepareIncoming>().Source.ShouldBe(Given.Third);
        migration.Last<PrepareIncoming>().DisksToCreate.Select(disk => disk.Target).ShouldBe(["vda", "vdb"]);
        migration.Prepared().Outputs.OfType<SendCommand>().Last().Host.ShouldBe(Given.Third);
    }

    [Fact]
    public void Should_not_copy_before_it_is_admitted_to_copy()
    {
        var migration = Ready().Wait(TimeSpan.FromDays(1));
        (migration.State.Phase, migration.Commands.OfType<StartMigration>().Any()).ShouldBe((MigrationPhase.Ready, false));
        migration.Ask(Given.Admission(Given.Destination, mayTransfer: false)).Accepted.ShouldBeTrue();
        migration.State.Phase.ShouldBe(MigrationPhase.Ready);

        migration.Ask(Given.Admission(Given.Destination)).Accepted.ShouldBeTrue();
        migration.Ask(Given.Admission(Given.Destination)).Accepted.ShouldBeTrue();
        migration.Commands.OfType<StartMigration>().ShouldHaveSingleItem();
        migration.State.Phase.ShouldBe(MigrationPhase.Starting);
    }

    [Fact]
    public void Should_start_as_soon_as_it_is_prepared_if_it_may_copy_by_then()
    {
        var migration = MigrationDriver.Waiting().Admit(mayTransfer: false);
        migration.Ask(Given.Admission(Given.Destination)).Accepted.ShouldBeTrue();
        migration.State.Phase.ShouldBe(MigrationPhase.Preparing);
        migration.Prepared().State.Phase.ShouldBe(MigrationPhase.Starting);
    }

    [Fact]
    public void Should_be_abortable_in_the_queue_and_when_prepared()
    {
        MigrationDriver.Waiting().Abort().State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        var migration = Ready().Abort();
        migration.Answer(migration.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        migration.Commands.ShouldNotContain(command => command is StartMigration);
    }

    [Theory]
    [InlineData(false, false, MigrationPhase.Ended, MigrationOutcome.Lost)]
    [InlineData(true, false, MigrationPhase.Ended, MigrationOutcome.Lost)]
    [InlineData(false, true, MigrationPhase.Queued, null)]
    [InlineData(true, true, MigrationPhase.Queued, null)]
    public void Should_end_when_its_source_is_fenced_and_try_another_destination(bool isReady, bool isDestination, MigrationPhase phase, MigrationOutcome? outcome)
    {
        var migration = MigrationDriver.Waiting(Given.Request(alternatives: Given.Third));
        if (isReady)
            migration.Admit(mayTransfer: false).Prepared();
        migration.Fence(isDestination ? Given.Destination : Given.Source);
        (migration.State.Phase, migration.State.Outcome).ShouldBe((phase, outcome));
        migration.Commands.OfType<CleanUpIncoming>().Count().ShouldBe(isReady ? 1 : 0);
        migration.State.FailedAttempts.Count.ShouldBe(isReady && isDestination ? 1 : 0);
    }

    [Fact]
    public void Should_be_refused_when_no_host_can_take_it_and_fail_when_one_has_failed()
    {
        var migration = MigrationDriver.Waiting().Apply(new DismissalReceived(Cordoned));
        (migration.State.Outcome, migration.State.Reason).ShouldBe((MigrationOutcome.Refused, "hostc is cordoned"));

        migration = MigrationDriver.Waiting(Given.Request(alternatives: Given.Third)).Admit();
        migration.Answer(migration.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.StorageError, "no room"));
        AdmissionRules.Validate(migration.State, new RejectMigration(migration.State.Id, 1, 1, Cordoned))!.Explanation.ShouldContain("stale attempt 1");
        migration.Apply(new DismissalReceived(Cordoned));
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldBe("hostb cannot take the VM: no room; no other host can take the VM: hostc is cordoned");
        migration.State.Refusals.ShouldBe(Cordoned);
    }

    [Fact]
    public void Should_not_be_dismissed_once_it_is_admitted()
    {
        var migration = MigrationDriver.Waiting().Admit();
        AdmissionRules.Validate(migration.State, new RejectMigration(migration.State.Id, 1, 1, Cordoned))!.Explanation.ShouldBe("it is no longer queued: it is Preparing");
        migration.Apply(new DismissalReceived(Cordoned)).State.Phase.ShouldBe(MigrationPhase.Preparing);
    }

    [Fact]
    public void Should_accept_another_priority_or_other_hosts_and_record_who_asked()
    {
        var migration = MigrationDriver.Waiting(Given.Request() with { Preferred = Given.Destination });
        var request = new RescheduleMigration { Id = migration.State.Id, RequestedBy = "ann" };
        migration.Apply(new RescheduleReceived(request with { Priority = MigrationPriority.System }));
        migration.State.Preferences.Priority.ShouldBe(MigrationPriority.System);
        migration.State.Preferences.AllowedHosts.ShouldBe([Given.Destination]);
        migration.Apply(new RescheduleReceived(request with { To = Given.Third, Alternatives = [Given.Fourth] }));
        (migration.State.Preferences.Preferred, migration.State.Preferences.Priority).ShouldBe((null, MigrationPriority.System));
        migration.State.Preferences.AllowedHosts.ShouldBe([Given.Third, Given.Fourth]);
        migration.Apply(new RescheduleReceived(request with { ToAny = true, Preferred = Given.Fourth }));
        (migration.State.Preferences.Preferred, migration.State.Preferences.AllowedHosts.Count).ShouldBe((Given.Fourth, 0));

        migration.State.Changes.Select(change => (change.RequestedBy, change.Description)).ShouldBe(
            [("ann", "priority System"), ("ann", "to hostc, or to hostd"), ("ann", "to any host, preferably to hostd")]);
        migration.State.Changes.Select(change => change.ChangeId).ShouldBeUnique();
    }

    [Fact]
    public void Should_not_be_rescheduled_without_a_change_or_once_it_is_admitted()
    {
        var migration = MigrationDriver.Waiting();
        var request = new RescheduleMigration { Id = migration.State.Id, RequestedBy = "ann" };
        AdmissionRules.Validate(migration.State, request)!.Explanation.ShouldContain("nothing to change");
        AdmissionRules.Validate(migration.State, request with { To = Given.Third, ToAny = true })!.Explanation.ShouldContain("mutually exclusive");
        AdmissionRules.Validate(null, request)!.Result.ShouldBe(ChangeResult.NotFound);
        migration.Admit();
        AdmissionRules.Validate(migration.State, request with { ToAny = true })!.Result.ShouldBe(ChangeResult.Refused);
        migration.Apply(new RescheduleReceived(request with { ToAny = true })).State.Preferences.AllowedHosts.ShouldBe([Given.Destination]);
        AdmissionRules.Validate(migration.Fence(Given.Source).State, request with { ToAny = true })!.Result.ShouldBe(ChangeResult.AlreadyEnded);
    }

    [Fact]
    public void Should_start_with_the_changed_policy_and_with_the_operator_s_parameters()
    {
        var migration = MigrationDriver.Waiting();
        migration.Change(migration.NewChange() with { Parameters = new() { MaxDowntime = TimeSpan.FromMilliseconds(400), Throttle = new Percent(30) } });
        var policy = Given.Policy(new MigrationPolicy { Name = "other", Description = "For tests.", Start = new() { MaxDowntime = TimeSpan.FromMilliseconds(100), Bandwidth = BytesPerSecond.FromMebibytes(30) } });
        migration.Change(migration.NewChange("c2") with { Policy = "other" }, policy);
        migration.Admit().Prepared();

        var start = migration.Last<StartMigration>();
        (start.Options.MaxDowntime, start.Options.Bandwidth, start.Options.PostCopy).ShouldBe((TimeSpan.FromMilliseconds(400), BytesPerSecond.FromMebibytes(30), true));
        migration.State.Policy.ShouldBe(policy);
        migration.Commands.OfType<ChangeParameters>().First().Parameters.Throttle.ShouldBe(new Percent(30));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Should_be_stored_and_read_back_unchanged(bool isReady)
    {
        var migration = isReady ? Ready() : MigrationDriver.Waiting();
        var before = JsonSerializer.Serialize(migration.State, MeshJson.Options);
        migration.Restart();
        JsonSerializer.Serialize(migration.State, MeshJson.Options).ShouldBe(before);
        var admission = Given.Admission(Given.Destination);
        migration.Ask(admission).Accepted.ShouldBeTrue();
        migration.State.Phase.ShouldBe(isReady ? MigrationPhase.Starting : MigrationPhase.Preparing);
    }

    [Fact]
    public void Should_preserve_its_waiting_time_when_the_clock_was_set_back()
    {
        var migration = MigrationDriver.Waiting().Wait(TimeSpan.FromMinutes(1));
        migration.Apply(new TimerElapsed()).SetBack(TimeSpan.FromHours(1));
        migration.Apply(new TimerElapsed());
        (migration.Now - migration.State.QueuedAt).ShouldBe(TimeSpan.FromMinutes(1));
    }

    private static MigrationDriver With(MigrationDriver migration, LocatedVm? vm)
    {
        migration.LocatedVm = vm;
        return migration;
    }
}
