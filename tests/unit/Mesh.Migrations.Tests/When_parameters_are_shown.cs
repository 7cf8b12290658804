using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>What is in force is what the host answers or reports; what was asked for is pending until then.</summary>
public sealed class When_parameters_are_shown
{
    private static readonly TimeSpan Start = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Wish = TimeSpan.FromSeconds(2);
    private static readonly BytesPerSecond Rate = BytesPerSecond.FromMebibytes(64);

    private static MigrationDriver Copying() => new MigrationDriver(new MigrationOptions { MaxDowntime = Start }).Started().Pass(1, 1);

    private static MigrationDriver Changed(MigrationParameters parameters)
    {
        var migration = Copying();
        return migration.Change(migration.NewChange() with { Parameters = parameters });
    }

    [Fact]
    public void Should_show_what_the_job_started_with()
    {
        var view = Copying().State.ToView();
        view.ParametersInForce!.MaxDowntime.ShouldBe(Start);
        view.PendingParameters.ShouldBeNull();
        MigrationDriver.Waiting().State.ToView().ParametersInForce.ShouldBeNull();
    }

    [Fact]
    public void Should_show_a_change_as_pending_until_the_host_has_answered()
    {
        var migration = Changed(new() { MaxDowntime = Wish, Bandwidth = Rate });
        var view = migration.State.ToView();
        view.ParametersInForce!.MaxDowntime.ShouldBe(Start);
        view.PendingParameters.ShouldBe(new MigrationParameters { MaxDowntime = Wish, Bandwidth = Rate });
        view.Options.MaxDowntime.ShouldBe(Start, "the options are those that it started with");

        migration.Answer(
            migration.Last<ChangeParameters>(), new(MigrationParameter.MaxDowntime, ParameterResult.Applied, "2000 ms"), new(MigrationParameter.Bandwidth, ParameterResult.Applied, "64 MiB/s"));
        view = migration.State.ToView();
        (view.ParametersInForce!.MaxDowntime, view.ParametersInForce.Bandwidth, view.PendingParameters).ShouldBe((Wish, Rate, null));
    }

    [Fact]
    public void Should_go_back_to_the_earlier_value_when_the_host_refuses()
    {
        var migration = Changed(new() { MaxDowntime = Wish, Bandwidth = Rate });
        migration.State.Plan!.Tuning.MaxDowntime.ShouldBe(Wish, "the plan does not ask for it twice");
        migration.Answer(
            migration.Last<ChangeParameters>(), new(MigrationParameter.MaxDowntime, ParameterResult.Refused, "no"), new(MigrationParameter.Bandwidth, ParameterResult.Refused, "no"));

        var view = migration.State.ToView();
        (view.ParametersInForce!.MaxDowntime, view.ParametersInForce.Bandwidth, view.PendingParameters).ShouldBe((Start, null, null));
        (migration.State.Plan!.Tuning.MaxDowntime, migration.State.Plan.Tuning.Bandwidth).ShouldBe((Start, null));
    }

    [Fact]
    public void Should_believe_what_the_host_reports()
    {
        var migration = Copying();
        var sample = migration.Sample() with { DowntimeLimit = TimeSpan.FromMilliseconds(750), Throttle = new Percent(40) };
        migration.Report(Given.Source, VmStatus.MigratingFrom, sample with { Copy = sample.Copy with { Elapsed = TimeSpan.FromSeconds(2) } });
        var inForce = migration.State.ToView().ParametersInForce!;
        (inForce.MaxDowntime, inForce.Throttle).ShouldBe((TimeSpan.FromMilliseconds(750), new Percent(40)));
        migration.State.Plan!.Tuning.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(750), "and so does the plan");
    }

    [Fact]
    public void Should_not_take_a_report_from_before_a_change_for_its_result()
    {
        var migration = Changed(new() { MaxDowntime = Wish });
        var sample = migration.Sample() with { DowntimeLimit = Start };
        migration.Report(Given.Source, VmStatus.MigratingFrom, sample with { Copy = sample.Copy with { Elapsed = TimeSpan.FromSeconds(2) } });
        migration.State.Plan!.Tuning.MaxDowntime.ShouldBe(Wish);
    }

    [Fact]
    public void Should_try_a_setting_again_that_timed_out_on_the_host()
    {
        var migration = Changed(new() { MaxDowntime = Wish, Bandwidth = Rate });
        var first = migration.Last<ChangeParameters>();
        migration.Answer(first, new(MigrationParameter.MaxDowntime, ParameterResult.Failed, "timed out"), new(MigrationParameter.Bandwidth, ParameterResult.Applied, "64 MiB/s"));
        migration.State.ToView().PendingParameters.ShouldBe(new MigrationParameters { MaxDowntime = Wish });
        migration.State.Changes[0].Answers!.Select(answer => answer.Parameter).ShouldBe([MigrationParameter.Bandwidth], "nothing is known of the other yet");

        migration.Wait(TimeSpan.FromSeconds(6));
        var again = migration.Last<ChangeParameters>();
        (again.CommandId == first.CommandId, again.Parameters).ShouldBe((false, new MigrationParameters { MaxDowntime = Wish }));
        migration.Answer(again, new ParameterAnswer(MigrationParameter.MaxDowntime, ParameterResult.Applied, "2000 ms"));
        migration.State.ToView().ParametersInForce!.MaxDowntime.ShouldBe(Wish);
        migration.State.Changes.ShouldHaveSingleItem().Answers!.Count.ShouldBe(2);
    }

    [Fact]
    public void Should_give_a_setting_up_that_goes_on_timing_out()
    {
        var migration = Changed(new() { MaxDowntime = Wish });
        for (var tries = 0; tries < 3; tries++)
            migration.Answer(migration.Last<ChangeParameters>(), new ParameterAnswer(MigrationParameter.MaxDowntime, ParameterResult.Failed, "timed out")).Wait(TimeSpan.FromSeconds(6));
        migration.Commands.OfType<ChangeParameters>().Count().ShouldBe(3);
        var answer = migration.State.Changes[0].Answers.ShouldHaveSingleItem();
        (answer.Result, answer.Explanation).ShouldBe((ParameterResult.Refused, "timed out (tried 3 times)"));
        migration.State.ToView().ParametersInForce!.MaxDowntime.ShouldBe(Start);
    }

    [Fact]
    public void Should_not_abort_because_a_setting_timed_out_once()
    {
        var policy = Given.Policy(
            new PolicyStep(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.PostCopy }), new PolicyStep(new() { IterationsOver = 1 }, new() { Kind = PolicyActionKind.Abort }));
        var migration = MigrationDriver.Under(policy).Started().Pass(1, 1).Pass(2, 5);
        migration.Answer(migration.Last<ChangeParameters>(), new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Failed, "timed out"));
        migration.Pass(3, 9).Commands.ShouldNotContain(command => command is AbortJob, "post-copy is still to come");
        migration.Wait(TimeSpan.FromSeconds(6)).Commands.OfType<ChangeParameters>().Where(command => command.Parameters.PostCopy is true)
            .Select(command => command.CommandId).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void Should_not_undo_a_later_change_by_trying_an_earlier_one_again()
    {
        var migration = Changed(new() { MaxDowntime = Wish });
        migration.Answer(migration.Last<ChangeParameters>(), new ParameterAnswer(MigrationParameter.MaxDowntime, ParameterResult.Failed, "timed out"));
        migration.Change(migration.NewChange("c2") with { Parameters = new() { MaxDowntime = Start } }).Wait(TimeSpan.FromMinutes(1));
        migration.Commands.OfType<ChangeParameters>().Select(command => command.Parameters.MaxDowntime).Skip(1).ShouldAllBe(downtime => downtime == Start);
        migration.State.Changes[0].Answers.ShouldHaveSingleItem().Explanation.ShouldStartWith("replaced by a later change");
    }

    [Theory]
    [InlineData(null, 100, 100)]
    [InlineData(null, 500, null)]
    [InlineData(50, 100, 50)]
    public void Should_keep_the_downtime_budget_from_the_first_byte_on(int? start, int budget, int? expected)
    {
        var policy = Given.Policy(new MigrationPolicy
        {
            Name = "test",
            Description = "For tests.",
            Start = new() { MaxDowntime = start is { } ms ? TimeSpan.FromMilliseconds(ms) : null },
            DowntimeBudget = TimeSpan.FromMilliseconds(budget),
        });
        MigrationDriver.Under(policy).Prepared().Last<StartMigration>().Options.MaxDowntime.ShouldBe(expected is { } most ? TimeSpan.FromMilliseconds(most) : null);
    }

    [Fact]
    public void Should_keep_the_request_s_budget_under_any_policy()
    {
        var policy = Given.Policy(new MigrationPolicy { Name = "test", Description = "For tests.", Start = new() { MaxDowntime = TimeSpan.FromSeconds(1) } });
        new MigrationDriver(Given.Request() with { DowntimeBudget = TimeSpan.FromMilliseconds(80) }, Given.Facts() with { Policy = policy })
            .Prepared().Last<StartMigration>().Options.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(80));
    }

    [Fact]
    public void Should_keep_the_budget_of_a_policy_that_replaces_another()
    {
        var migration = Copying();
        var policy = Given.Policy(new MigrationPolicy { Name = "strict", Description = "For tests.", DowntimeBudget = TimeSpan.FromMilliseconds(100) });
        var unset = new MigrationDriver().Started().Pass(1, 1);
        unset.Change(unset.NewChange() with { Policy = "strict" }, policy).Last<ChangeParameters>().Parameters.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(100));
        migration.Change(migration.NewChange() with { Policy = "strict" }, policy).Last<ChangeParameters>().Parameters.MaxDowntime.ShouldBeNull("the request has set it");
    }

    [Fact]
    public void Should_refuse_a_request_above_its_own_budget() =>
        MigrationStateMachine.Apply(null, new RequestReceived(Given.Request(new MigrationOptions { MaxDowntime = Wish }) with { DowntimeBudget = Start }, Given.Facts()), Given.Start)
            .State.Refusals.ShouldHaveSingleItem().Message.ShouldBe("the max downtime of 2000 ms is above the downtime budget of 200 ms; at most the budget is accepted");
}
