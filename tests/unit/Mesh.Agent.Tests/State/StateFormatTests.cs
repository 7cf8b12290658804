using System.Text.Json;
using Mesh.Agent.State;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;

namespace Mesh.Agent.Tests.State;

/// <summary>
/// The names in an agent's state file. They outlive the code that wrote them: changing a name requires a new format number and a
/// decision about existing files.
/// </summary>
public sealed class StateFormatTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-agent-");
    private readonly ListLogger _log = new();

    private string StatePath => Path.Combine(_directory.FullName, "hosta.json");

    private static string Golden => Path.Combine(AppContext.BaseDirectory, "State", "state.golden.json");

    [Fact]
    public void A_full_state_is_written_with_the_recorded_names()
    {
        new AgentStateFile(_directory.FullName, new HostName("hosta")).Write(Full());

        JsonElement.DeepEquals(Read(StatePath), Read(Golden)).ShouldBeTrue($"the state is now written as\n{File.ReadAllText(StatePath)}");
    }

    [Fact]
    public void A_state_of_this_format_is_read_completely()
    {
        File.Copy(Golden, StatePath);

        var state = new AgentStateFile(_directory.FullName, new HostName("hosta")).Read();

        JsonElement.DeepEquals(JsonSerializer.SerializeToElement(state, MeshJson.Options), Read(Golden)).ShouldBeTrue();
        state!.FindVmEpoch(Vm.Id(1)).ShouldBe(new VmEpoch(Vm.Id(1), new Epoch(7), new MigrationId("m")));
        state.Migrations.ShouldHaveSingleItem().Source!.Ended!.Result.ShouldBe(JobResult.Failed);
    }

    [Theory]
    [InlineData("""{ "fences": [], "migrations": [] }""", "none (version 0.1)")]
    [InlineData("{}", "none (version 0.1)")]
    [InlineData("""{ "format": 2, "somethingElse": true }""", "2")]
    public void A_state_of_another_format_aborts_the_start_and_is_left_unchanged(string content, string format)
    {
        File.WriteAllText(StatePath, content);

        Should.Throw<ProblemException>(() => new AgentStore(new AgentStateFile(_directory.FullName, new HostName("hosta")), 200, _log)).Message.ShouldBe(
            $"the agent cannot use the state in '{StatePath}' (Agent:StateDirectory): its format is {format}, and this version reads format 1; "
            + "let its migrations end under the version that wrote it, then move the file away");

        File.ReadAllText(StatePath).ShouldBe(content);
        _log.Lines.ShouldBeEmpty();
    }

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        _log.Dispose();
    }

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }

    /// <summary>Every member of the agent's records has a value. The contracts' tests cover the names of the contracts.</summary>
    private static AgentState Full() => new(
        [new VmEpoch(Vm.Id(1), new Epoch(7), new MigrationId("m"))],
        [
            new MigrationRecord
            {
                MigrationId = new MigrationId("m"),
                Epoch = new Epoch(7),
                VmId = Vm.Id(1),
                FirstSeenAt = At,
                TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                IsAbortRequested = true,
                Answers =
                [
                    new CommandAnswer
                    {
                        Host = new HostName("hosta"),
                        MigrationId = new MigrationId("m"),
                        Epoch = new Epoch(7),
                        CommandId = new CommandId("c"),
                        Result = CommandResult.Rejected,
                        Refusals = [new Refusal(RefusalCode.StaleEpoch, "stale")],
                    },
                ],
                Source = new SourceRecord
                {
                    StartedAt = At,
                    DestinationUri = "qemu+tcp://hostb/system",
                    Options = new MigrationOptions(),
                    Limits = new MigrationLimits(),
                    DataSize = new Bytes(4096),
                    IsSuspended = true,
                    IsPostCopyRequested = true,
                    Throttle = new Percent(40),
                    IsAutoConvergeEmulated = true,
                    AutonomousSince = At,
                    AutonomousBefore = TimeSpan.FromSeconds(5),
                    Ended = new JobEnded
                    {
                        EventId = AgentEventId.Create(new MigrationId("m"), new Epoch(7), 1000, 1),
                        Host = new HostName("hosta"),
                        MigrationId = new MigrationId("m"),
                        Epoch = new Epoch(7),
                        VmId = Vm.Id(1),
                        At = At,
                        Result = JobResult.Failed,
                        Error = "failed",
                        UsedPostCopy = true,
                    },
                    IsEndInferred = true,
                    IsEndSent = true,
                },
                Destination = new DestinationRecord { CreatedImages = ["/images/vda.qcow2"], HasArrived = true, IsCleanedUp = true },
            },
        ])
    {
        AgentEpoch = 1000,
        MinimumEpoch = new Epoch(3),
    };
}
