using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>Events, answers and telemetry from the wrong host, about another VM or attempt, or simply wrong.</summary>
public sealed class When_somebody_else_speaks
{
    private static readonly VmId OtherVm = VmId.Parse("00000000-0000-4000-8000-000000000099");
    private static readonly EffectivePolicy Raising = Given.Policy(new PolicyStep(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.SetDowntime, Downtime = TimeSpan.FromSeconds(1) }));

    private static MigrationDriver Copying() => MigrationDriver.Under(Raising).Started().Pass(1, 1);

    public static TheoryData<Func<AgentEvent, AgentEvent>, string> Foreign => new()
    {
        { received => received with { Host = Given.Third }, "only the source, hosta, can report it" },
        { received => received with { Host = Given.Destination }, "only the source, hosta, can report it" },
        { received => received with { VmId = OtherVm }, "it is about VM 00000000-0000-4000-8000-000000000099" },
        { received => received with { MigrationId = new MigrationId("m9") }, "it is about migration m9" },
        { received => received with { Epoch = new Epoch(99) }, "it is about attempt 99" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Should_ignore_every_event_that_is_not_the_source_s_about_its_job(Func<AgentEvent, AgentEvent> change, string problem)
    {
        var migration = Copying();
        AgentEvent[] events =
        [
            migration.Ended(JobResult.Failed, "forged"),
            new LimitReached
            {
                Host = Given.Source, MigrationId = migration.State.Id, Epoch = migration.State.Epoch, VmId = Given.Vm, At = migration.Now,
                Limit = HardLimit.CompletionTimeout, Value = TimeSpan.FromSeconds(5),
            },
            new JobStalled
            {
                Host = Given.Source, MigrationId = migration.State.Id, Epoch = migration.State.Epoch, VmId = Given.Vm, At = migration.Now, StalledFor = TimeSpan.FromSeconds(5),
            },
        ];
        foreach (var received in events)
        {
            var before = migration.State;
            migration.Event(change(received)).State.ShouldBe(before with { UpdatedAt = migration.State.UpdatedAt });
            var ignored = migration.Outputs[^1].ShouldBeOfType<IgnoreMessage>();
            ignored.Message.ShouldBe(received.GetType().Name);
            ignored.Reason.ShouldContain(problem);
        }

        migration.Pass(2, 5).Last<ChangeParameters>().Parameters.MaxDowntime.ShouldBe(TimeSpan.FromSeconds(1), "its policy goes on");
    }

    [Fact]
    public void Should_not_mention_what_is_merely_late()
    {
        var migration = Copying();
        var outputs = migration.Outputs.Count;
        migration.Event(migration.Ended(JobResult.Failed, "old") with { Epoch = new Epoch(3) });
        migration.Answer(migration.Last<PrepareIncoming>());
        migration.Outputs.Count.ShouldBe(outputs);
        migration.State.JobEnd.ShouldBeNull();
    }

    [Fact]
    public void Should_ignore_answers_of_another_host_about_another_attempt_or_migration()
    {
        var migration = new MigrationDriver();
        var command = migration.Last<PrepareIncoming>();
        var answer = new CommandAnswer
        {
            Host = Given.Destination, MigrationId = migration.State.Id, Epoch = command.Epoch, CommandId = command.CommandId, Result = CommandResult.Rejected,
            Refusals = [new Refusal(RefusalCode.StorageError, "forged")],
        };
        foreach (var forged in new[] { answer with { Host = Given.Source }, answer with { Host = Given.Third }, answer with { Epoch = new Epoch(99) }, answer with { MigrationId = new("m9") } })
        {
            migration.Apply(new AnswerReceived(forged)).State.Phase.ShouldBe(MigrationPhase.Preparing);
            migration.State.Outstanding.ShouldHaveSingleItem("the command is still unanswered");
            migration.Outputs[^1].ShouldBeOfType<IgnoreMessage>();
        }

        migration.Prepared().State.Phase.ShouldBe(MigrationPhase.Starting);
    }

    [Fact]
    public void Should_ignore_telemetry_of_another_VM()
    {
        var migration = Copying();
        migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(JobPhase.PostCopy) with { VmId = OtherVm }).State.Phase.ShouldBe(MigrationPhase.PreCopy);
        migration.Event(migration.Ended(JobResult.Completed) with { Sample = migration.Sample(JobPhase.PostCopy) with { VmId = OtherVm } });
        migration.State.ReachedPostCopy.ShouldBeFalse();
    }

    [Theory]
    [InlineData(JobResult.Failed)]
    [InlineData(JobResult.Cancelled)]
    [InlineData(JobResult.Completed)]
    public void Should_control_a_job_on_that_goes_on_being_reported_although_its_end_was(JobResult result)
    {
        var migration = Copying().JobEnds(result, result == JobResult.Failed ? "forged" : "");
        migration.State.Phase.ShouldBe(MigrationPhase.Confirming);

        migration.Pass(1, 2);
        (migration.State.Phase, migration.State.JobEnd).ShouldBe((MigrationPhase.PreCopy, null));
        migration.State.Reason.ShouldBe("the end of the job was reported, but hosta reports that it still copies");
        migration.Pass(2, 5).Last<ChangeParameters>().Parameters.MaxDowntime.ShouldBe(TimeSpan.FromSeconds(1), "its policy goes on");
        ChangeRules.Validate(migration.State, migration.NewChange() with { Parameters = new() { Throttle = new Percent(20) } }, null).ShouldBeNull();

        migration.Wait(TimeSpan.FromSeconds(1)).JobEnds(JobResult.Completed).ReportBoth(null, VmStatus.Up).State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_control_it_on_also_when_the_clean_up_has_begun()
    {
        var migration = Copying();
        migration.JobEnds(JobResult.Failed, "forged").Report(Given.Source, VmStatus.Up);
        migration.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        migration.Pass(1, 2).State.Phase.ShouldBe(MigrationPhase.PreCopy);
        migration.State.Outstanding.ShouldNotContain(outstanding => outstanding.Command is CleanUpIncoming);
        migration.Wait(TimeSpan.FromSeconds(1)).JobEnds(JobResult.Completed).ReportBoth(null, VmStatus.Up).State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_believe_the_end_if_the_next_report_does_not_repeat_that_the_job_copies()
    {
        var migration = Copying().JobEnds(JobResult.Failed, "link lost").Pass(1, 2);
        migration.State.JobEnd.ShouldBeNull();
        migration.Tick(Given.Source, VmStatus.Up);
        migration.Answer(migration.Last<CleanUpIncoming>());
        (migration.State.Outcome, migration.State.Reason).ShouldBe((MigrationOutcome.Failed, "link lost"));
    }

    [Fact]
    public void Should_believe_the_end_if_only_a_report_from_before_it_says_otherwise()
    {
        var migration = Copying();
        migration.Wait(TimeSpan.FromSeconds(5)).JobEnds(JobResult.Failed, "link lost");
        migration.Apply(new ReportReceived(
            Given.Source, 1, 900, true, new VmStatusReport(Given.Vm, "g1", VmStatus.MigratingFrom, ""), migration.Sample(), At: migration.Now - TimeSpan.FromSeconds(1)));
        migration.State.Phase.ShouldBe(MigrationPhase.Confirming);
    }

    [Fact]
    public void Should_abort_again_what_was_to_be_aborted_and_goes_on()
    {
        var migration = Copying().Abort();
        migration.Answer(migration.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Pass(1, 2);
        migration.Commands.OfType<AbortJob>().Count().ShouldBe(2);
        migration.State.AbortRequest!.Cause.ShouldBe(AbortCause.Operator);
    }

    [Fact]
    public void Should_control_a_job_on_whose_announced_abort_does_not_come()
    {
        var migration = Copying().ReachesLimit(HardLimit.ProgressTimeout, 150);
        migration.State.AbortRequest.ShouldBeNull();
        migration.Pass(2, 5).Last<ChangeParameters>().Parameters.MaxDowntime.ShouldBe(TimeSpan.FromSeconds(1));
        migration.Wait(TimeSpan.FromSeconds(1)).JobEnds(JobResult.Completed).ReportBoth(null, VmStatus.Up).State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }
}
