using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

public sealed class When_a_policy_steers_a_guest(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;
    private readonly BusyGuest _guest = fixture.Guest;

    [Fact]
    public async Task Should_never_end_under_virsh_and_report_why()
    {
        var id = await _guest.StartMigrationAsync("--policy", "virsh");
        var view = await _mesh.AwaitMigrationAsync(
            id, view => view.Outcome is not null || view.Sample is { Copy: { Iteration: > 7, Elapsed.TotalSeconds: > 20 } }, "many passes over memory are done");
        view.Phase.ShouldBe(MigrationPhase.PreCopy, view.Reason);
        view.Changes.ShouldBeEmpty();
        view.Forecast.ShouldNotBeNull().Converges.ShouldBeFalse(view.Forecast.Text);
        view.Forecast.Reason.ShouldContain("MiB/s");
        view.Forecast.Advice.ShouldNotBeEmpty();
        (await _mesh.RunAsync("show", id)).Output.ShouldContain("does not converge because");

        (await _mesh.RunAsync("abort", id)).ExitCode.ShouldBe(0);
        await _guest.ExpectEndAsync(id, MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public async Task Should_end_by_a_raised_downtime_limit_and_replay_identically()
    {
        var id = await _guest.StartMigrationAsync("--policy", "raising");
        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.Completed);
        ShouldHaveTaken(view, "max downtime 400 ms", "max downtime 600 ms", "max downtime 3000 ms");
        await ShouldReplayAsync(view);
    }

    [Fact]
    public async Task Should_end_by_auto_converge()
    {
        var id = await _guest.StartMigrationAsync("--policy", "virsh-auto-converge");
        await _mesh.AwaitMigrationAsync(id, view => view.Sample is { Throttle.Value: >= 20 }, "QEMU throttles the guest");
        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.Completed);
        view.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_end_by_post_copy()
    {
        var id = await _guest.StartMigrationAsync("--policy", "changing-over");
        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.CompletedPostCopy);
        ShouldHaveTaken(view, "max downtime 400 ms", "post-copy");
    }

    [Fact]
    public async Task Should_end_by_suspending_it()
    {
        var id = await _guest.StartMigrationAsync("--policy", "suspending");
        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.Completed);
        ShouldHaveTaken(view, "suspend");
    }

    [Fact]
    public async Task Should_end_by_throttling_it()
    {
        var id = await _guest.StartMigrationAsync("--policy", "throttling");
        await _guest.AwaitThrottledAsync(60);
        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.Completed);
        ShouldHaveTaken(view, "throttle 60 %", "throttle 99 %");
    }

    [Fact]
    public async Task Should_end_when_a_hopeless_migration_gets_another_policy()
    {
        var id = await _guest.StartMigrationAsync("--policy", "virsh");
        await _mesh.AwaitMigrationAsync(id, view => view.Forecast is { Converges: false }, "it is forecast not to converge");
        var set = await _mesh.RunAsync("set", id, "--policy", "adaptive", "--reason", "it will never end");
        set.ExitCode.ShouldBe(0, set.ToString());

        var view = await _guest.ExpectEndAsync(id, MigrationOutcome.Completed);
        view.Policy.ShouldNotBeNull().Policy.Name.ShouldBe("adaptive");
        var requested = view.Changes[0];
        (requested.Description, requested.Reason).ShouldBe(("policy adaptive", "it will never end"));
        view.Changes.Skip(1).ShouldNotBeEmpty();
        view.Changes.Skip(1).ShouldAllBe(change => change.Origin == ChangeOrigin.Policy && change.RequestedBy == "adaptive");
    }

    /// <summary>Each step once, in order, and none refused.</summary>
    private static void ShouldHaveTaken(MigrationView view, params string[] steps)
    {
        view.Changes.Select(change => change.Description).ShouldBe(steps);
        view.Changes.ShouldAllBe(change => change.Origin == ChangeOrigin.Policy && change.RequestedBy == view.Policy!.Policy.Name);
        view.Changes.SelectMany(change => change.Answers.ShouldNotBeNull()).ShouldAllBe(answer => answer.Result != ParameterResult.Refused);
    }

    /// <summary>The recorded migration results in the same actions: the reasons with all their numbers, and the times between them.</summary>
    private async Task ShouldReplayAsync(MigrationView view)
    {
        var trace = Path.GetTempFileName();
        var exported = await _mesh.RunAsync("export", view.Id.Value, "--to", trace);
        exported.ExitCode.ShouldBe(0, exported.ToString());
        var replayed = await _mesh.RunAsync("policy", "replay", "--policy", view.Policy!.Policy.Name, "--trace", trace);
        replayed.ExitCode.ShouldBe(0, replayed.ToString());
        File.Delete(trace);

        var actions = replayed.Output.Split('\n').Select(line => JsonSerializer.Deserialize<Action>(line, MeshJson.Options)!).ToList();
        actions.Select(action => action.Reason).ShouldBe(view.Changes.Select(change => change.Reason));
        foreach (var (action, change) in actions.Zip(view.Changes))
        {
            change.Description.ShouldBe($"max downtime {action.Value} ms");
            (change.At - view.Changes[0].At).TotalSeconds.ShouldBe(action.At - actions[0].At, tolerance: 0.5, "a report may take longer than another");
        }
    }

    private sealed record Action([property: System.Text.Json.Serialization.JsonPropertyName("t_s")] double At, long Value, string Reason);
}
