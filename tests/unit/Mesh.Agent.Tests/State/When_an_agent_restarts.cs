using Mesh.Agent.Jobs;
using Mesh.Agent.State;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;

namespace Mesh.Agent.Tests.State;

public sealed class When_an_agent_restarts : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-agent-");
    private readonly ListLogger _log = new();

    private string StatePath => Path.Combine(_directory.FullName, "hosta.json");

    [Fact]
    public void Its_epoch_is_the_time()
    {
        Open().StartAgentEpoch(Now).ShouldBe(Now.ToUnixTimeMilliseconds());
        Open().StartAgentEpoch(Now.AddSeconds(1)).ShouldBe(Now.AddSeconds(1).ToUnixTimeMilliseconds());
    }

    [Fact]
    public void Its_epoch_is_greater_than_before_even_if_the_clock_was_set_back()
    {
        var first = Open().StartAgentEpoch(Now);
        var second = Open().StartAgentEpoch(Now.AddHours(-1));
        var third = Open().StartAgentEpoch(Now.AddHours(-2));

        second.ShouldBe(first + 1);
        third.ShouldBe(second + 1);
    }

    [Fact]
    public void Its_epoch_survives_the_pruning_of_records()
    {
        var store = Open();
        var first = store.StartAgentEpoch(Now);
        for (var number = 1; number <= 40; number++)
            store.UpdateBestEffort(store.GetOrAdd(Vm.Start(Vm.Id(number)), Now), record => record);

        Open().StartAgentEpoch(Now.AddHours(-1)).ShouldBe(first + 1);
    }

    [Fact]
    public void It_starts_no_attempt_from_before_its_state_was_lost_and_logs_that()
    {
        File.WriteAllText(StatePath, "{ half a fi");
        var store = Open();
        store.StartAgentEpoch(Now);

        var old = Vm.Start(Vm.Id(1)) with { Epoch = new Epoch(Now.AddSeconds(-1).ToUnixTimeMilliseconds()) };
        var young = old with { Epoch = new Epoch(Now.AddSeconds(1).ToUnixTimeMilliseconds()) };

        EpochGuard.Check(store.State, old).Refusal.ShouldNotBeNull().Code.ShouldBe(RefusalCode.StaleEpoch);
        EpochGuard.Check(store.State, young).ShouldBe(EpochCheckResult.Accepted);
        EpochGuard.Check(Open().State, old).Refusal.ShouldNotBeNull("the next process knows it too");
        EpochGuard.Check(store.State, Vm.Abort(old.VmId, old.Epoch.Number)).ShouldBe(EpochCheckResult.Accepted, "what ends an attempt is harmless");
        _log.Has(1010).ShouldBeTrue();
        File.Exists(StatePath + ".corrupt").ShouldBeTrue();
    }

    [Fact]
    public void It_accepts_any_attempt_if_no_state_was_ever_lost()
    {
        var store = Open();
        store.StartAgentEpoch(Now);

        EpochGuard.Check(store.State, Vm.Start(Vm.Id(1)) with { Epoch = new Epoch(1) }).ShouldBe(EpochCheckResult.Accepted);
    }

    [Fact]
    public void It_reports_that_its_state_is_not_a_file()
    {
        Directory.CreateDirectory(StatePath);

        Should.Throw<ProblemException>(() => Open()).Message.ShouldStartWith($"the agent cannot read its state at '{StatePath}' (Agent:StateDirectory): ");
    }

    [Fact]
    public void It_reports_that_its_state_cannot_be_written()
    {
        var store = Open();
        Directory.CreateDirectory(StatePath + ".new");

        Should.Throw<ProblemException>(() => store.StartAgentEpoch(Now)).Message.ShouldStartWith($"the agent cannot write its state to '{StatePath}' (Agent:StateDirectory): ");
    }

    [Fact]
    public void It_gives_a_job_that_started_in_the_future_its_nominal_time_and_no_more()
    {
        var watch = WatchdogState.Start(Now.AddHours(1), Now);
        var limits = new MigrationLimits { CompletionTimeoutPerGiB = TimeSpan.FromSeconds(800) };
        var withMesh = new AutonomyLimit(TimeSpan.FromSeconds(800), TimeSpan.Zero);

        var (_, early) = ProgressWatchdog.Check(watch, null, JobPhase.PreCopy, limits, withMesh, Bytes.FromGibibytes(1), Now.AddSeconds(799));
        early.OfType<WatchdogFinding.LimitExceeded>().ShouldNotContain(finding => finding.Limit == HardLimit.CompletionTimeout);

        var (_, late) = ProgressWatchdog.Check(watch, null, JobPhase.PreCopy, limits, withMesh, Bytes.FromGibibytes(1), Now.AddSeconds(800));
        late.OfType<WatchdogFinding.LimitExceeded>().ShouldContain(finding => finding.Limit == HardLimit.CompletionTimeout);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private AgentStore Open() => new(new AgentStateFile(_directory.FullName, new HostName("hosta")), 10, _log);
}
