using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Tests.Queueing;

public sealed class When_slots_are_counted
{
    [Theory]
    [InlineData(MigrationPhase.Queued, false, SlotKind.None)]
    [InlineData(MigrationPhase.Preparing, false, SlotKind.Preparing)]
    [InlineData(MigrationPhase.Preparing, true, SlotKind.Copying)]
    [InlineData(MigrationPhase.Ready, false, SlotKind.Preparing)]
    [InlineData(MigrationPhase.Ready, true, SlotKind.Copying)]
    [InlineData(MigrationPhase.Starting, true, SlotKind.Copying)]
    [InlineData(MigrationPhase.PreCopy, true, SlotKind.Copying)]
    [InlineData(MigrationPhase.SwitchOver, true, SlotKind.Copying)]
    [InlineData(MigrationPhase.PostCopy, true, SlotKind.Copying)]
    [InlineData(MigrationPhase.Confirming, true, SlotKind.Copying)]
    [InlineData(MigrationPhase.CleaningUp, true, SlotKind.Copying)]
    [InlineData(MigrationPhase.CleaningUp, false, SlotKind.Preparing)]
    [InlineData(MigrationPhase.Ended, true, SlotKind.None)]
    public void Should_follow_from_the_phase(MigrationPhase phase, bool mayTransfer, SlotKind expected) =>
        Slots.KindOf(Given.Running("m", "a", "b", phase) with { MayTransfer = mayTransfer }).ShouldBe(expected);

    [Theory]
    [InlineData(5, false)]
    [InlineData(4, true)]
    public void Should_respect_the_limit_of_the_mesh(int copying, bool isAdmitted)
    {
        // Each on different hosts, so that only the limit of the mesh applies.
        var others = Enumerable.Range(0, copying).Select(number => Given.Running($"r{number}", $"x{number}", $"y{number}"));
        var decision = Given.Fleet([.. others, Given.Waiting("m", "a")]).With(limits => limits with { PreparingPerHost = 0 }).Decide(Given.To("b"));
        decision.Admitted().ShouldBe(isAdmitted ? ["m>b"] : []);
        if (!isAdmitted)
            decision.WaitsFor("m").ShouldBe("a transfer slot of the mesh: 5 of 5 in use");
    }

    [Theory]
    [InlineData(MigrationPhase.PreCopy)]
    [InlineData(MigrationPhase.Confirming)]
    [InlineData(MigrationPhase.CleaningUp)]
    public void Should_respect_the_limits_of_hosts(MigrationPhase phase)
    {
        var away = Given.Fleet(Given.Running("r1", "a", "c", phase), Given.Running("r2", "a", "d", phase), Given.Waiting("m", "a"), Given.Waiting("n", "c"))
            .With(limits => limits with { PreparingPerHost = 0 }).Decide(Given.To("b"));
        away.Admitted().ShouldBe(["n>b"], "the one that leaves another host is not held up");
        away.WaitsFor("m").ShouldBe("an outbound slot on a: 2 of 2 in use");

        var to = Given.Fleet(Given.Running("r1", "c", "b", phase), Given.Running("r2", "d", "b", phase), Given.Waiting("m", "a"))
            .With(limits => limits with { PreparingPerHost = 0 }).Decide(Given.To("b"));
        to.Admitted().ShouldBeEmpty();
        to.WaitsFor("m").ShouldBe("an inbound slot on b: 2 of 2 in use");
    }

    [Fact]
    public void Should_count_what_the_same_pass_admits()
    {
        var decision = Given.Fleet(Given.Waiting("m1", "a", 3), Given.Waiting("m2", "a", 2), Given.Waiting("m3", "a", 1))
            .With(limits => limits with { PreparingPerHost = 0 }).Decide(Given.To("b"));
        decision.Admitted().ShouldBe(["m1>b", "m2>b"]);
    }

    [Fact]
    public void Should_apply_the_stricter_of_the_limits_of_policy_and_mesh()
    {
        var running = new[] { Given.Running("r1", "a", "b"), Given.Running("r2", "a", "b") };
        var generous = Given.Fleet([.. running, Given.Waiting("m", "a").Under(new() { OutboundPerHost = 3, InboundPerHost = 3 })])
            .With(limits => limits with { PreparingPerHost = 0 });
        generous.Decide(Given.To("b")).WaitsFor("m").ShouldBe("an outbound slot on a: 2 of 2 in use");
        generous.With(limits => limits with { OutboundPerHost = 3, InboundPerHost = 3 }).Decide(Given.To("b")).Admitted().ShouldBe(["m>b"]);

        var strict = Given.Fleet([.. running, Given.Waiting("m", "c").Under(new() { Cluster = 2 })])
            .With(limits => limits with { PreparingPerHost = 0 }).Decide(Given.To("d"));
        strict.Admitted().ShouldBeEmpty();
        strict.WaitsFor("m").ShouldBe("a transfer slot of the mesh: 2 in use, and policy own allows 2");
    }

    [Fact]
    public void Should_let_many_prepare_while_few_copy()
    {
        var decision = Given.Fleet(
                Given.Running("r1", "a", "b"), Given.Running("r2", "a", "b"),
                Given.Waiting("m1", "a", 3), Given.Waiting("m2", "a", 2), Given.Waiting("m3", "a", 1))
            .Decide(Given.To("b"));
        decision.Admitted().ShouldBe(["m1>b (prepare)", "m2>b (prepare)"]);
        decision.WaitsFor("m3").ShouldBe("an outbound slot on a: 2 of 2 in use");
    }

    [Fact]
    public void Should_let_the_prepared_copy_before_the_queued_of_the_same_priority()
    {
        var fleet = Given.Fleet(Given.Running("r1", "a", "c"), Given.Waiting("m1", "a", 100), Given.Prepared("m2", "a", "b"))
            .With(limits => limits with { PreparingPerHost = 1 });
        var decision = fleet.Decide(Given.To("b"));
        decision.Admitted().ShouldBe(["m2>b"], "and its slot for preparing is given out only when it is known to have left it");
        decision.Admissions[0].Placement.ShouldBeNull();
    }

    [Fact]
    public void Should_migrate_a_vm_only_once_at_a_time()
    {
        var twin = Given.Waiting("m2", "a", 1) with { VmId = Given.Vm("m1") };
        Given.Fleet(Given.Running("m1", "a", "b"), twin).Decide(Given.To("c")).WaitsFor("m2").ShouldBe("the end of migration m1 of the same VM");
        Given.Fleet(Given.Waiting("m1", "a", 2), twin).Decide(Given.To("c")).Admitted().ShouldBe(["m1>c"]);
    }

    [Theory]
    [InlineData(100.0, 2, true)] // 90 MiB/s of it are for migrations
    [InlineData(70.0, 2, false)] // 63 MiB/s are one short of twice the floor
    [InlineData(20.0, 1, true)]
    [InlineData(null, 3, true)]
    [InlineData(null, 4, false)]
    public void Should_leave_each_migration_the_bandwidth_floor(double? link, int wanted, bool isAdmitted)
    {
        var fleet = Given.Fleet([.. Enumerable.Range(1, wanted).Select(number => Given.Waiting($"m{number}", "a", 10 - number))]) with
        {
            Hosts = [Given.Host("a", link), Given.Host("b", 10_000), Given.Host("c", 10_000)],
        };
        var decision = fleet.With(limits => limits with { OutboundPerHost = 9, InboundPerHost = 9, PreparingPerHost = 0 }).Decide(Given.To("b", "c"));
        decision.Admissions.Count.ShouldBe(isAdmitted ? wanted : wanted - 1);
        if (!isAdmitted)
            decision.WaitsFor($"m{wanted}").ShouldBe(
                $"bandwidth on the link of a: {wanted - 1} of {wanted - 1} in use, and another migration would leave each less than {BytesPerSecond.FromMebibytes(32)}");
    }

    [Fact]
    public void Should_not_admit_two_with_post_copy_armed_to_one_link()
    {
        var decision = Given.Fleet(Given.Running("r", "a", "b").Armed(), Given.Waiting("m1", "b", 2).Armed(), Given.Waiting("m2", "a", 1))
            .With(limits => limits with { PreparingPerHost = 0 }).Decide(Given.To("c"));
        decision.Admitted().ShouldBe(["m2>c"], "post-copy is not armed for it");
        decision.WaitsFor("m1").ShouldBe("a post-copy slot on the link of b: 1 of 1 in use");

        Given.Fleet(Given.Running("r", "a", "b").Armed(), Given.Waiting("m1", "b").Armed())
            .With(limits => limits with { PostCopyPerLink = 2 }).Decide(Given.To("c")).Admitted().ShouldBe(["m1>c"]);
    }

    [Fact]
    public void Should_not_start_on_a_link_with_one_in_post_copy()
    {
        var decision = Given.Fleet(Given.Running("r", "a", "b", MigrationPhase.PostCopy).Armed(), Given.Waiting("m1", "c", 2), Given.Waiting("m2", "c", 1))
            .With(limits => limits with { PreparingPerHost = 0 })
            .Decide(Given.Each(("m1", ["b"]), ("m2", ["d"])));
        decision.Admitted().ShouldBe(["m2>d"]);
        decision.WaitsFor("m1").ShouldBe("the end of a post-copy migration on the link of b, which another transfer would slow down");
    }
}
