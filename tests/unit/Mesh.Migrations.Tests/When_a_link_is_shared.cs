using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>The scheduler's share of the link, and the limits of requests, policies and operators.</summary>
public sealed class When_a_link_is_shared
{
    private static readonly BytesPerSecond Share = BytesPerSecond.FromMebibytes(40);
    private static readonly BytesPerSecond Less = BytesPerSecond.FromMebibytes(20);
    private static readonly BytesPerSecond Limit = BytesPerSecond.FromMebibytes(30);

    private static MigrationDriver Copying(RequestMigration? request = null, EffectivePolicy? policy = null) =>
        MigrationDriver.Waiting(request, Given.Facts() with { Policy = policy }).Admit(share: Share).Started().Pass(1, 1);

    [Fact]
    public void Should_start_with_its_share_and_follow_it_while_it_copies()
    {
        var migration = Copying();
        migration.Last<StartMigration>().Options.Bandwidth.ShouldBe(Share);
        migration.Ask(Given.Admission(Given.Destination, share: Share)).Accepted.ShouldBeTrue();
        migration.Commands.ShouldNotContain(command => command is ChangeParameters);

        migration.Ask(Given.Admission(Given.Destination, share: Less)).Accepted.ShouldBeTrue();
        migration.Last<ChangeParameters>().Parameters.Bandwidth.ShouldBe(Less);
        var change = migration.State.Changes.ShouldHaveSingleItem();
        (change.Origin, change.Reason, migration.State.Share).ShouldBe((ChangeOrigin.Scheduler, "its share of the link", Less));
    }

    [Fact]
    public void Should_not_override_a_limit_of_the_request()
    {
        var migration = Copying(Given.Request(new MigrationOptions { Bandwidth = Limit }));
        migration.Last<StartMigration>().Options.Bandwidth.ShouldBe(Limit);
        migration.Ask(Given.Admission(Given.Destination, share: Less));
        migration.Commands.ShouldNotContain(command => command is ChangeParameters);
    }

    [Fact]
    public void Should_not_override_a_limit_of_the_policy_set_at_the_start_or_by_a_step()
    {
        var start = Given.Policy(new MigrationPolicy { Name = "test", Description = "For tests.", Start = new() { Bandwidth = Limit } });
        Copying(policy: start).Last<StartMigration>().Options.Bandwidth.ShouldBe(Limit);

        var migration = Copying(policy: Given.Policy(new PolicyStep(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.SetBandwidth, Bandwidth = Limit }))).Pass(2, 5);
        migration.Last<ChangeParameters>().Parameters.Bandwidth.ShouldBe(Limit);
        migration.Ask(Given.Admission(Given.Destination, share: Less));
        migration.Commands.OfType<ChangeParameters>().ShouldHaveSingleItem("the policy's limit remains in force");
    }

    [Fact]
    public void Should_fall_back_to_its_share_where_the_policy_lifts_the_limit() =>
        Copying(policy: Given.Policy(new PolicyStep(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.SetBandwidth }))).Pass(2, 5)
            .Last<ChangeParameters>().Parameters.Bandwidth.ShouldBe(Share);

    [Fact]
    public void Should_not_override_an_operator_s_limit_by_the_share_or_another_policy()
    {
        var migration = Copying();
        migration.Change(migration.NewChange() with { Parameters = new() { Bandwidth = Limit } });
        migration.Ask(Given.Admission(Given.Destination, share: Less));
        migration.Commands.OfType<ChangeParameters>().ShouldHaveSingleItem().Parameters.Bandwidth.ShouldBe(Limit);

        var other = Given.Policy(new MigrationPolicy { Name = "test", Description = "For tests.", Start = new() { Bandwidth = Share } });
        migration.Change(migration.NewChange("c2") with { Policy = "test" }, other).Last<ChangeParameters>().Parameters.Bandwidth.ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Should_advise_what_would_help_when_it_fails_because_of_the_VM(bool byLimit)
    {
        var policy = byLimit
            ? new MigrationPolicy { Name = "test", Description = "For tests.", Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60) }, LastResort = [PolicyActionKind.Abort] }
            : new MigrationPolicy { Name = "test", Description = "For tests.", Steps = [new(new() { IterationsOver = 4 }, new() { Kind = PolicyActionKind.Abort })] };
        var migration = Copying(Given.Request(alternatives: Given.Third), Given.Policy(policy)).Pass(2, 5, 800).Pass(3, 9, 800).Pass(4, 13, 800).Pass(5, 17, 800);
        migration.Pass(6, 21, 800).Wait(TimeSpan.FromSeconds(60));
        migration.Answer(migration.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up).Answer(migration.Last<CleanUpIncoming>());

        migration.State.Outcome.ShouldBe(byLimit ? MigrationOutcome.TimedOut : MigrationOutcome.AbortedByPolicy);
        migration.State.Forecast.ShouldNotBeNull();
        migration.State.Advice.ShouldNotBeEmpty();
        migration.State.ToView().Advice.ShouldBe(migration.State.Advice);
        migration.State.FailedAttempts.ShouldBeEmpty("another host would not help");
    }
}
