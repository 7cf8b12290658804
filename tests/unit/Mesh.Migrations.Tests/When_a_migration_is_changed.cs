using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_migration_is_changed
{
    private static readonly EffectivePolicy Patient = Given.Policy(new MigrationPolicy { Name = "patient", Description = "Does nothing." });

    [Fact]
    public void Its_parameters_go_to_the_source_and_the_answer_is_recorded_with_who_and_why()
    {
        var migration = MigrationDriver.Under(Patient).Started().Pass(1, 1);
        migration.Change(migration.NewChange() with { Parameters = new() { MaxDowntime = TimeSpan.FromSeconds(2), Bandwidth = BytesPerSecond.FromMebibytes(64), Compression = true } });

        var command = migration.Last<ChangeParameters>();
        (command.Parameters.MaxDowntime, command.Parameters.Bandwidth, command.Parameters.Compression).ShouldBe((TimeSpan.FromSeconds(2), BytesPerSecond.FromMebibytes(64), true));
        migration.Answer(
            command, new(MigrationParameter.MaxDowntime, ParameterResult.Applied, "2000 ms"), new(MigrationParameter.Bandwidth, ParameterResult.Applied, "64 MiB/s"),
            new(MigrationParameter.Compression, ParameterResult.Refused, "QEMU fixes it when the migration starts"));

        var change = migration.State.Changes.ShouldHaveSingleItem();
        (change.ChangeId, change.RequestedBy, change.Reason).ShouldBe(("c1", "tester", "it takes too long"));
        change.Description.ShouldBe("max downtime 2000 ms, bandwidth 64 MiB/s, compression on");
        change.Answers!.Select(answer => (answer.Parameter, answer.Result)).ShouldBe(
            [(MigrationParameter.MaxDowntime, ParameterResult.Applied), (MigrationParameter.Bandwidth, ParameterResult.Applied), (MigrationParameter.Compression, ParameterResult.Refused)]);
    }

    [Fact]
    public void A_repeated_request_changes_nothing()
    {
        var migration = MigrationDriver.Under(Patient).Started().Pass(1, 1);
        var request = migration.NewChange() with { Parameters = new() { MaxDowntime = TimeSpan.FromSeconds(2) } };
        migration.Change(request).Change(request);
        migration.Commands.OfType<ChangeParameters>().ShouldHaveSingleItem();
        ChangeRules.Validate(migration.State, request, null)!.Result.ShouldBe(ChangeResult.Accepted);
    }

    [Fact]
    public void Another_policy_lets_a_migration_complete_that_does_not_converge()
    {
        var migration = MigrationDriver.Under(Patient).Started().Pass(1, 1).Pass(2, 5).Pass(3, 9);
        migration.Commands.ShouldNotContain(command => command is ChangeParameters);

        var eager = Given.Policy(new PolicyStep(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.PostCopy }));
        migration.Change(migration.NewChange() with { Policy = "test" }, eager);
        migration.State.Policy.ShouldBe(eager);
        migration.State.Changes.ShouldHaveSingleItem().Answers!.ShouldContain(answer => answer.Parameter == MigrationParameter.Policy && answer.Result == ParameterResult.Applied);

        migration.Pass(3, 10).Pass(4, 14).Last<ChangeParameters>().Parameters.PostCopy.ShouldBe(true);
    }

    [Fact]
    public void Another_policy_sends_its_hard_limits_to_the_agent()
    {
        var migration = MigrationDriver.Under(Patient).Started().Pass(1, 1);
        migration.Change(migration.NewChange() with { Policy = "strict" }, Given.Policy(new MigrationPolicy
        {
            Name = "strict",
            Description = "Aborts.",
            Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60) },
            LastResort = [PolicyActionKind.Abort],
        }));
        migration.Last<ChangeParameters>().Limits!.CompletionTimeout.ShouldBe(TimeSpan.FromSeconds(70));
    }

    [Fact]
    public void A_change_requested_during_preparation_is_applied_when_the_job_starts()
    {
        var migration = MigrationDriver.Under(Patient);
        migration.Change(migration.NewChange() with { Parameters = new() { Throttle = new Percent(30) } });
        migration.Commands.ShouldNotContain(command => command is ChangeParameters);

        migration.Prepared();
        migration.Commands.TakeLast(2).Select(command => command.GetType()).ShouldBe([typeof(StartMigration), typeof(ChangeParameters)]);
        migration.Last<ChangeParameters>().Parameters.Throttle.ShouldBe(new Percent(30));
    }

    [Fact]
    public void Forcing_completion_switches_to_post_copy_if_it_is_armed()
    {
        var migration = MigrationDriver.Under(Patient).Started().Pass(1, 1);
        var command = migration.Change(migration.NewChange() with { ForceComplete = true }).Last<ChangeParameters>();
        (command.Parameters.PostCopy, command.Parameters.Suspend).ShouldBe((true, null));

        migration.Answer(command, new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Refused, "not now")).Last<ChangeParameters>().Parameters.Suspend.ShouldBe(true);
        migration.Answer(migration.Last<ChangeParameters>(), new ParameterAnswer(MigrationParameter.Suspend, ParameterResult.Applied, "true"));
        migration.State.Changes.ShouldHaveSingleItem().Answers!.Select(answer => answer.Parameter).ShouldBe([MigrationParameter.PostCopy, MigrationParameter.Suspend]);
    }

    [Fact]
    public void Forcing_completion_suspends_if_post_copy_is_not_armed()
    {
        var migration = new MigrationDriver().Started().Pass(1, 1);
        var command = migration.Change(migration.NewChange() with { ForceComplete = true }).Last<ChangeParameters>();
        (command.Parameters.PostCopy, command.Parameters.Suspend).ShouldBe((null, true));
    }

    [Theory]
    [InlineData(MigrationPhase.Queued, "the migration is queued")]
    [InlineData(MigrationPhase.Preparing, "hostb is preparing")]
    [InlineData(MigrationPhase.Ready, "hostb is ready, and the migration waits for its turn to copy")]
    [InlineData(MigrationPhase.Starting, "hosta is about to start the copy")]
    public void Forcing_completion_and_suspending_are_refused_before_anything_is_copied(MigrationPhase waiting, string phase)
    {
        var migration = waiting switch
        {
            MigrationPhase.Queued => MigrationDriver.Waiting(),
            MigrationPhase.Preparing => new MigrationDriver(),
            MigrationPhase.Ready => MigrationDriver.Waiting().Admit(mayTransfer: false).Prepared(),
            _ => new MigrationDriver().Prepared(),
        };
        migration.State.Phase.ShouldBe(waiting);
        foreach (var change in new[] { migration.NewChange() with { ForceComplete = true }, migration.NewChange() with { Parameters = new() { Suspend = true } } })
        {
            var answer = ChangeRules.Validate(migration.State, change, null)!;
            answer.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.NotCopying);
            answer.Explanation.ShouldBe($"{phase}: nothing is copied yet, and g1 would be stopped for the whole copy");
            migration.Change(change).State.Changes.ShouldBeEmpty();
            migration.State.DeferredChanges.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Forcing_completion_is_refused_as_needless_during_post_copy()
    {
        var migration = MigrationDriver.Under(Patient).Started().Pass(1, 1);
        migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(JobPhase.PostCopy));
        foreach (var change in new[]
        {
            migration.NewChange() with { ForceComplete = true }, migration.NewChange() with { Parameters = new() { Suspend = true } }, migration.NewChange() with { Parameters = new() { PostCopy = true } },
        })
        {
            ChangeRules.Validate(migration.State, change, null)!.Explanation.ShouldBe(
                "g1 already runs on hostb; the migration completes by itself when the rest of its memory has arrived");
            migration.Change(change).Commands.ShouldNotContain(command => command is ChangeParameters);
        }
    }

    [Fact]
    public void Forcing_completion_never_suspends_a_VM_that_has_switched_to_post_copy_meanwhile()
    {
        var migration = MigrationDriver.Under(Patient).Started().Pass(1, 1);
        var command = migration.Change(migration.NewChange() with { ForceComplete = true }).Last<ChangeParameters>();
        migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(JobPhase.PostCopy));
        migration.Answer(command, new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Refused, "already in post-copy"));
        migration.Commands.OfType<ChangeParameters>().ShouldHaveSingleItem().Parameters.Suspend.ShouldBeNull();
    }

    [Theory]
    [InlineData(2900, true)]
    [InlineData(4000, false)]
    public void Suspending_is_refused_where_the_rest_cannot_be_copied_before_the_limit(long remainingMiB, bool isAccepted)
    {
        var policy = Given.Policy(new MigrationPolicy
        {
            Name = "test", Description = "For tests.", Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60) }, LastResort = [PolicyActionKind.Abort],
        });
        var migration = new MigrationDriver(facts: Given.Facts() with { Policy = policy with { Policy = policy.Policy with { Start = new() } } }).Started().Pass(1, 30, remainingMiB);
        foreach (var change in new[] { migration.NewChange() with { ForceComplete = true }, migration.NewChange() with { Parameters = new() { Suspend = true } } })
        {
            var answer = ChangeRules.Validate(migration.State, change, null);
            (answer is null).ShouldBe(isAccepted, answer?.Explanation);
            if (!isAccepted)
                answer!.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.CannotFinishInTime);
        }
    }

    [Fact]
    public void An_operator_s_change_applies_to_the_next_attempt_too()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Started().Pass(1, 1);
        migration.Change(migration.NewChange() with { Parameters = new() { Bandwidth = BytesPerSecond.FromMebibytes(64) } }).Answer(migration.Last<ChangeParameters>());
        migration.JobEnds(JobResult.Failed, "link lost").Report(Given.Source, VmStatus.Up).Answer(migration.Last<CleanUpIncoming>());

        migration.Prepared().Last<StartMigration>().Options.Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(64));
    }

    [Fact]
    public void A_policy_that_arms_post_copy_does_so_before_the_copy_is_admitted()
    {
        var migration = MigrationDriver.Waiting().Admit(mayTransfer: false);
        migration.Change(migration.NewChange() with { Policy = "patient" }, Patient).Prepared();

        var outdated = migration.Ask(Given.Admission(Given.Destination) with { PostCopy = false });
        outdated.ShouldBe(new AdmissionAnswer(false, "g1 may switch to post-copy now, and was admitted as a migration that may not"));
        migration.State.Phase.ShouldBe(MigrationPhase.Ready);

        migration.Ask(Given.Admission(Given.Destination) with { PostCopy = true }).Accepted.ShouldBeTrue();
        migration.Last<StartMigration>().Options.PostCopy.ShouldBeTrue();
    }

    [Fact]
    public void A_waiting_migration_is_not_admitted_by_a_pass_that_read_the_previous_policy()
    {
        var migration = MigrationDriver.Waiting();
        migration.Change(migration.NewChange() with { Policy = "patient" }, Patient);

        migration.Ask(Given.Admission(Given.Destination) with { PostCopy = false }).Accepted.ShouldBeFalse();
        migration.Ask(Given.Admission(Given.Destination, mayTransfer: false) with { PostCopy = false }).Accepted.ShouldBeTrue("the admission to copy takes it into account");
    }

    [Fact]
    public void A_migration_admitted_without_post_copy_starts_without_it()
    {
        var migration = new MigrationDriver();
        migration.Change(migration.NewChange() with { Policy = "patient" }, Patient).Prepared();

        migration.Last<StartMigration>().Options.PostCopy.ShouldBeFalse();
        migration.State.Policy.ShouldBe(Patient);
        migration.State.Changes.ShouldHaveSingleItem().Answers!.Select(answer => (answer.Parameter, answer.Result)).ShouldBe(
            [(MigrationParameter.PostCopy, ParameterResult.Refused), (MigrationParameter.Policy, ParameterResult.Applied)]);
    }

    [Fact]
    public void The_next_attempt_waits_with_everything_that_the_new_policy_arms()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Started().Pass(1, 1);
        migration.Change(migration.NewChange() with { Policy = "patient" }, Patient);
        migration.State.Options.PostCopy.ShouldBeFalse("QEMU enables it only at the start");

        migration.IsAdmittedAtOnce = false;
        migration.Answer(migration.Last<ChangeParameters>()).JobEnds(JobResult.Failed, "link lost").Report(Given.Source, VmStatus.Up).Answer(migration.Last<CleanUpIncoming>());
        migration.State.Phase.ShouldBe(MigrationPhase.Queued);
        migration.State.ToView().Options.PostCopy.ShouldBeTrue();
    }

    public static TheoryData<ChangeMigration, string> Bad => new()
    {
        { Change(), "nothing to change" },
        { Change() with { Parameters = new() { MaxDowntime = TimeSpan.Zero } }, "1 ms to 2000000 ms" },
        { Change() with { Parameters = new() { MaxDowntime = TimeSpan.FromSeconds(2001) } }, "1 ms to 2000000 ms" },
        { Change() with { Parameters = new() { Bandwidth = new(5) } }, "at least 1 MiB/s" },
        { Change() with { Parameters = new() { PostCopyBandwidth = new(5) } }, "at least 1 MiB/s" },
        { Change() with { Parameters = new() { Throttle = new(100) } }, "0 % to 99 %" },
        { Change() with { Parameters = new() { StallingLimit = TimeSpan.Zero } }, "longer than zero" },
        { Change() with { Parameters = new() { PostCopy = false } }, "cannot return from post-copy" },
        { Change() with { Parameters = new() { Suspend = false } }, "runs again when the migration has ended" },
        { Change() with { Policy = "gone" }, "no policy 'gone'" },
        { Change() with { ForceComplete = true, Parameters = new() { Suspend = true } }, "by itself" },
        { Change() with { Parameters = new() { PostCopy = true, Suspend = true } }, "not both" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Invalid_changes_are_rejected_with_the_reason(ChangeMigration change, string reason)
    {
        var migration = new MigrationDriver().Started().Pass(1, 1);
        var answer = ChangeRules.Validate(migration.State, change, null)!;
        answer.Result.ShouldBe(ChangeResult.Refused);
        answer.Explanation.ShouldContain(reason);
        migration.Change(change).Commands.ShouldNotContain(command => command is ChangeParameters);
    }

    [Fact]
    public void Nothing_is_changed_once_the_job_has_ended()
    {
        var migration = new MigrationDriver().Started().JobEnds(JobResult.Completed);
        ChangeRules.Validate(migration.State, migration.NewChange() with { Parameters = new() { Suspend = true } }, null)!.Result.ShouldBe(ChangeResult.AlreadyEnded);
        ChangeRules.Validate(null, Change(), null)!.Result.ShouldBe(ChangeResult.NotFound);
    }

    private static ChangeMigration Change() => new() { Id = new MigrationId("m1"), ChangeId = "c1", RequestedBy = "tester" };
}
