using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Telemetry;
using Mesh.Policy.Documents;
using Mesh.Policy.Model;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Tests.Peers;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Traces;

public sealed class When_a_trace_is_replayed
{
    public static TheoryData<string> Policies => [.. ShippedPolicies.All.Select(policy => policy.Name)];

    [Fact]
    public void Should_take_no_action_after_an_abort_or_post_copy()
    {
        var trace = new MigrationTrace(Given.Subject, [.. Enumerable.Range(1, 20).Select(pass => Given.Sample(pass, pass))]);
        PolicyStep Step(PolicyActionKind kind) => new(new() { IterationsOver = 0 }, Given.Action(kind));
        var policy = Given.Policy.With(Step(PolicyActionKind.Suspend), Step(PolicyActionKind.PostCopy), Step(PolicyActionKind.Abort)) with { Start = new() { PostCopy = true } };

        PolicyReplay.Run(policy, trace).Select(PlanDriver.Short).ShouldBe(["2 Suspend", "3 PostCopy"]);
        PolicyReplay.Run(policy.With(Step(PolicyActionKind.Abort), Step(PolicyActionKind.Suspend)), trace).Select(PlanDriver.Short).ShouldBe(["2 Abort"]);
    }

    [Theory]
    [InlineData(true, true, true, true)]
    [InlineData(false, true, true, false)]
    [InlineData(true, false, true, false)]
    [InlineData(true, true, false, false)]
    public void Should_assume_that_post_copy_is_armed_if_policy_and_permissions_allow_it(bool arms, bool permits, bool allows, bool isArmed)
    {
        var policy = Given.Policy.With(new PolicyStep(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.PostCopy))) with
        {
            Start = new() { PostCopy = arms },
            Permits = new() { PostCopy = permits },
        };
        var subject = Given.Subject with { Allow = new() { PostCopy = allows }, IsPostCopyArmed = !isArmed };
        PolicyReplay.Run(policy, new MigrationTrace(subject, [Given.Sample(1, 1), Given.Sample(2, 2)])).Count.ShouldBe(isArmed ? 1 : 0);
    }

    [Fact]
    public void Should_stop_where_post_copy_starts_in_the_trace() =>
        PolicyReplay.Run(PeerAction.Named("kubevirt"), new MigrationTrace(Given.Subject, [Given.Sample(1), Given.Sample(2, phase: JobPhase.PostCopy), Given.Sample(9000)])).ShouldBeEmpty();

    /// <summary>The plan continues after any restart: it is stored and loaded again at every sample.</summary>
    [Theory]
    [MemberData(nameof(Policies))]
    public void Should_continue_after_any_restart(string name)
    {
        var policy = PeerAction.Named(name);
        var hasActed = false;
        for (var seed = 0; seed < 6; seed++)
        {
            var trace = new RandomTrace(seed, 1 + (seed * 0.3333)).Make(_ => 700);
            var subject = trace.Subject with { IsPostCopyArmed = policy.Start.PostCopy && trace.Subject.Allow.PostCopy };
            var (inMemory, stored) = (PolicyEngine.CreatePlan(policy, subject), PolicyEngine.CreatePlan(policy, subject));
            foreach (var sample in trace.Samples)
            {
                var odd = sample.Copy with { Elapsed = sample.Copy.Elapsed + TimeSpan.FromTicks(4321) };
                var (expected, actual) = (PolicyEngine.EvaluateSample(inMemory, sample.Phase, odd), PolicyEngine.EvaluateSample(stored, sample.Phase, odd));
                actual.Actions.ShouldBe(expected.Actions);
                PolicyEngine.NextDue(actual.Plan).ShouldBe(PolicyEngine.NextDue(expected.Plan));
                hasActed |= expected.Actions.Count > 0;
                (inMemory, stored) = (expected.Plan, Reloaded(actual.Plan));
            }

            JsonSerializer.Serialize(stored, MeshJson.Options).ShouldBe(JsonSerializer.Serialize(inMemory, MeshJson.Options));
        }

        hasActed.ShouldBe(!name.StartsWith("virsh", StringComparison.Ordinal));
    }

    private static PlanState Reloaded(PlanState plan) => JsonSerializer.Deserialize<PlanState>(JsonSerializer.Serialize(plan, MeshJson.Options), MeshJson.Options)!;
}
