using Mesh.Agent.State;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.State;

public sealed class AgentStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly string _directory = Directory.CreateTempSubdirectory("mesh-agent-").FullName;
    private readonly ListLogger _log = new();

    private string StatePath => Path.Combine(_directory, "hosta.json");

    [Fact]
    public void What_was_written_is_read_back()
    {
        var start = Vm.Start(Vm.Id(1), options: new MigrationOptions { MaxDowntime = TimeSpan.FromMilliseconds(500), Compression = ["xbzrle"] });
        var store = Open();
        store.Update(store.GetOrAdd(start, Now), record => record with
        {
            IsAbortRequested = true,
            Source = new SourceRecord
            {
                StartedAt = Now,
                DestinationUri = start.DestinationUri,
                Options = start.Options,
                Limits = start.Limits,
                DataSize = start.DataSize,
                Throttle = new Percent(40),
                IsAutoConvergeEmulated = true,
            },
            Destination = new DestinationRecord { CreatedImages = ["/a.qcow2"] },
        });

        var again = Open().State;

        again.VmEpochs.ShouldBe([new VmEpoch(Vm.Id(1), new Epoch(1), new MigrationId("m"))]);
        var record = again.Migrations.ShouldHaveSingleItem();
        record.IsAbortRequested.ShouldBeTrue();
        record.Source!.Options.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(500));
        record.Source.Options.Compression.ShouldBe(["xbzrle"]);
        record.Destination!.CreatedImages.ShouldBe(["/a.qcow2"]);
        record.IsRunning.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ half a fi")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"format\": 1, \"vmEpochs\": null, \"migrations\": []}")]
    [InlineData("{\"format\": 1, \"migrations\": []}")]
    public void A_corrupt_file_is_moved_aside_and_logged(string content)
    {
        File.WriteAllText(StatePath, content);

        Open().State.Migrations.ShouldBeEmpty();

        File.ReadAllText(StatePath + ".corrupt").ShouldBe(content);
        File.Exists(StatePath).ShouldBeFalse();
        _log.Has(1010).ShouldBeTrue();
    }

    [Fact]
    public void A_partly_written_file_never_replaces_a_complete_one()
    {
        var store = Open();
        store.GetOrAdd(Vm.Abort(Vm.Id(1)), Now);
        File.WriteAllText(StatePath + ".new", "{ half");

        Open().State.Migrations.Count.ShouldBe(1);
    }

    [Fact]
    public void An_action_that_cannot_be_recorded_is_not_started()
    {
        var store = Open();
        Directory.Delete(_directory, recursive: true);

        Should.Throw<IOException>(() => store.GetOrAdd(Vm.Abort(Vm.Id(1)), Now));
        store.State.Migrations.ShouldBeEmpty();
    }

    [Fact]
    public void A_result_is_remembered_even_if_it_cannot_be_written()
    {
        var store = Open();
        var record = store.GetOrAdd(Vm.Abort(Vm.Id(1)), Now);
        Directory.Delete(_directory, recursive: true);

        store.UpdateBestEffort(record, known => known with { IsAbortRequested = true });

        store.State.Migrations[0].IsAbortRequested.ShouldBeTrue();
        _log.Has(1011).ShouldBeTrue();
    }

    [Fact]
    public void Old_records_are_pruned_except_those_that_something_depends_on()
    {
        var records = Enumerable.Range(0, 30).Select(i => Record(i) with
        {
            Destination = i == 3 ? new DestinationRecord { CreatedImages = ["/left"] } : null,
            Source = i == 5 ? Source() : i == 7 ? Source() with { Ended = Ended(), IsEndSent = false } : null,
        });
        var pruned = new AgentState([], [.. records]).Pruned(recordsKeptMax: 10);

        pruned.Migrations.Select(record => record.MigrationId.Value).ShouldBe(["m3", "m5", "m7", "m23", "m24", "m25", "m26", "m27", "m28", "m29"]);
    }

    [Theory]
    [InlineData("m", 2, false)]
    [InlineData("m", 1, true)]
    [InlineData("other", 2, false)]
    [InlineData("m", 3, false)]
    public void A_command_of_an_older_attempt_is_refused(string migration, long epoch, bool isRefused)
    {
        var known = AgentState.Empty
            .With(Record(0) with { MigrationId = new MigrationId("m"), Epoch = new Epoch(2) })
            .With(new VmEpoch(Vm.Id(1), new Epoch(2), new MigrationId("m")));

        var check = EpochGuard.Check(known, Vm.Abort(Vm.Id(1), epoch, migration));

        (check.Refusal is { Code: RefusalCode.StaleEpoch }).ShouldBe(isRefused);
    }

    [Fact]
    public void An_attempt_whose_record_was_pruned_does_not_start_again() =>
        EpochGuard.Check(AgentState.Empty.With(new VmEpoch(Vm.Id(1), new Epoch(2), new MigrationId("m"))), Vm.Start(Vm.Id(1), epoch: 2))
            .Refusal!.Code.ShouldBe(RefusalCode.StaleEpoch);

    [Fact]
    public void A_command_that_was_answered_gets_that_answer()
    {
        var abort = Vm.Abort(Vm.Id(1));
        var answer = new CommandAnswer
        {
            Host = new HostName("hosta"),
            MigrationId = abort.MigrationId,
            Epoch = abort.Epoch,
            CommandId = abort.CommandId,
            Result = CommandResult.Failed,
        };
        var known = AgentState.Empty.With((Record(0) with { MigrationId = abort.MigrationId }).With(answer)).With(new VmEpoch(Vm.Id(1), new Epoch(9), new MigrationId("later")));

        EpochGuard.Check(known, abort).RecordedAnswer.ShouldBe(answer);
    }

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
        _log.Dispose();
    }

    private AgentStore Open() => new(new AgentStateFile(_directory, new HostName("hosta")), 200, _log);

    private static MigrationRecord Record(int number) => new() { MigrationId = new MigrationId($"m{number}"), Epoch = new Epoch(1), VmId = Vm.Id(1), FirstSeenAt = Now };

    private static SourceRecord Source() => new()
    {
        StartedAt = Now,
        DestinationUri = "qemu+tcp://hostb/system",
        Options = new(),
        Limits = new(),
        DataSize = Bytes.Zero,
    };

    private static JobEnded Ended() => new()
    {
        Host = new HostName("hosta"),
        MigrationId = new MigrationId("m"),
        Epoch = new Epoch(1),
        VmId = Vm.Id(1),
        At = Now,
        Result = JobResult.Completed,
        Error = "",
    };
}
