using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Draining;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_a_drain_is_stored
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly VmId Vm = VmId.Parse("00000001-0000-0000-0000-000000000000");

    private static readonly Drain Full = new()
    {
        Id = "d2",
        Hosts = [new("hosta"), new("hostb")],
        Undoes = "d1",
        State = DrainState.Running,
        Parallel = 3,
        Order = DrainOrder.ShortestFirst,
        RelaxAffinity = true,
        RequestedBy = "jane",
        Reason = "new kernel",
        RequestedAt = At,
        PlannedAt = At.AddSeconds(1),
        EndedAt = At.AddSeconds(2),
        Moves =
        [
            new()
            {
                Vm = Vm,
                VmName = "g1",
                From = new("hosta"),
                To = new("hostc"),
                State = DrainMoveState.Migrating,
                Migration = new MigrationId("d2.0.1"),
                Attempts = 1,
                NotBefore = At.AddSeconds(3),
                DataSize = new Bytes(4096),
                StartOffset = TimeSpan.FromMilliseconds(5),
                EstimatedDuration = TimeSpan.FromMilliseconds(6),
                Exclusive = true,
                Message = "no room",
            },
        ],
        BlockedVms = [new(Vm, "g2", new("hostb"), [new(RefusalCode.VmLocked, "a backup is running")], "wait")],
        Makespan = TimeSpan.FromMilliseconds(7),
        LowerBound = TimeSpan.FromMilliseconds(8),
        ReplanCount = 9,
    };

    /// <summary>The format of existing stores: this text must not change.</summary>
    private const string Stored =
        """
        {"id":"d2","hosts":["hosta","hostb"],"undoes":"d1","state":"running","parallel":3,"order":"shortestFirst","relaxAffinity":true,
        "requestedBy":"jane","reason":"new kernel","requestedAt":"2026-01-02T03:04:05+00:00","plannedAt":"2026-01-02T03:04:06+00:00",
        "endedAt":"2026-01-02T03:04:07+00:00","moves":[{"vm":"00000001-0000-0000-0000-000000000000","vmName":"g1","from":"hosta","to":"hostc",
        "state":"migrating","migration":"d2.0.1","attempts":1,"notBefore":"2026-01-02T03:04:08+00:00","dataSize":4096,"startOffset":5,
        "estimatedDuration":6,"exclusive":true,"message":"no room"}],"blockedVms":[{"vm":"00000001-0000-0000-0000-000000000000","vmName":"g2",
        "host":"hostb","refusals":[{"code":"vmLocked","message":"a backup is running"}],"advice":"wait"}],"makespan":7,"lowerBound":8,"replanCount":9}
        """;

    [Fact]
    public void Should_have_these_names()
    {
        JsonSerializer.Serialize(Full, MeshJson.Options).ShouldBe(Stored.ReplaceLineEndings(""));
        JsonSerializer.Deserialize<Drain>(Stored, MeshJson.Options)!.HasSameContent(Full).ShouldBeTrue();
    }

    [Fact]
    public void Should_have_these_states_and_orders()
    {
        Names<DrainState>().ShouldBe(["planned", "running", "completed", "blocked", "cancelled"]);
        Names<DrainMoveState>().ShouldBe(["pending", "migrating", "completed", "failed", "skipped"]);
        Names<DrainOrder>().ShouldBe(["longestFirst", "shortestFirst", "byName"]);
    }

    [Fact]
    public void Should_have_changed_if_any_value_has()
    {
        foreach (var property in typeof(Drain).GetProperties())
        {
            var changed = Full with { };
            property.SetValue(changed, Other(property.GetValue(Full)!));
            changed.HasSameContent(Full).ShouldBeFalse(property.Name);
        }

        var copy = Full with { Hosts = [.. Full.Hosts], Moves = [.. Full.Moves], BlockedVms = [Full.BlockedVms[0] with { Refusals = [.. Full.BlockedVms[0].Refusals] }] };
        copy.HasSameContent(Full).ShouldBeTrue();
        (Full with { BlockedVms = [Full.BlockedVms[0] with { Refusals = [] }] }).HasSameContent(Full).ShouldBeFalse();
        (Full with { Moves = [Full.Moves[0] with { Attempts = 2 }] }).HasSameContent(Full).ShouldBeFalse();
    }

    [Fact]
    public void Should_be_shown_with_its_estimate()
    {
        var view = Full.ToView(new DrainEstimate(new Percent(42), At.AddMinutes(1)));
        (view.Id, view.At, view.State, view.Progress.Value, view.ExpectedEnd, view.ReplanCount).ShouldBe(("d2", At, DrainState.Running, 42, At.AddMinutes(1), 9));
        view.Moves.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            move => (move.Vm, move.VmName, move.To, move.State, move.Attempts, move.Message).ShouldBe((Vm, "g1", new HostName("hostc"), DrainMoveState.Migrating, 1, "no room")));
        view.BlockedVms.ShouldHaveSingleItem().Advice.ShouldBe("wait");

        Full.ToView().ExpectedEnd.ShouldBe(Full.PlannedAt + Full.Makespan, "by the plan, before the first pass");
        (Full with { State = DrainState.Cancelled }).ToView(new DrainEstimate(new Percent(42), At)).ExpectedEnd.ShouldBeNull();
    }

    private static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(value => JsonSerializer.Serialize(value, MeshJson.Options).Trim('"'));

    private static object Other(object value) => value switch
    {
        string text => text + "x",
        int number => number + 1,
        bool flag => !flag,
        TimeSpan time => time + TimeSpan.FromSeconds(1),
        DateTimeOffset time => time.AddSeconds(1),
        DrainState => DrainState.Blocked,
        DrainOrder => DrainOrder.ByName,
        IReadOnlyList<HostName> => Array.Empty<HostName>(),
        IReadOnlyList<VmMove> => Array.Empty<VmMove>(),
        IReadOnlyList<UnmovableVm> => Array.Empty<UnmovableVm>(),
        _ => throw new InvalidOperationException(value.GetType().Name),
    };
}
