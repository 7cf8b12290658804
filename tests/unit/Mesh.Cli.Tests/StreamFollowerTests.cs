using System.Net;
using Mesh.Cli.Client;
using Mesh.Cli.Shell;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;

namespace Mesh.Cli.Tests;

public sealed class StreamFollowerTests
{
    private static readonly Uri Server = new("http://127.0.0.1:7070/");

    [Fact]
    public async Task A_broken_stream_is_reconnected()
    {
        var time = new ManualTimeProvider();
        var answers = new Queue<Func<HttpResponseMessage>>(
        [
            () => TestData.Stream(TestData.View(), TestData.Progressed(50)),
            () => throw new HttpRequestException("away"),
            () => new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent("") },
            () => TestData.Stream(TestData.View(), TestData.Ended()),
        ]);
        var cli = new Cli { Gateway = (_, _) => Task.FromResult(answers.Dequeue()()) };
        using var client = new MeshClient(Server, cli.Io.HttpHandler(), time);
        List<StreamItem> taken = [];

        var following = new StreamFollower(client, time).FollowAsync(new MigrationId("m1"), taken.Add, CancellationToken.None);
        await AdvanceUntilAsync(time, following);

        await following;
        answers.ShouldBeEmpty();
        taken.Count.ShouldBe(4);
        taken[^1].IsEnd.ShouldBeTrue();
    }

    [Fact]
    public async Task An_unreachable_mesh_is_given_up_after_a_time()
    {
        var time = new ManualTimeProvider();
        var isFirst = true;
        var cli = new Cli
        {
            Gateway = (_, _) =>
            {
                var response = isFirst ? TestData.Stream(TestData.View()) : throw new HttpRequestException("away");
                isFirst = false;
                return Task.FromResult(response);
            },
        };
        using var client = new MeshClient(Server, cli.Io.HttpHandler(), time);

        var following = new StreamFollower(client, time).FollowAsync(new MigrationId("m1"), _ => { }, CancellationToken.None);
        await AdvanceUntilAsync(time, following);

        var given = await Should.ThrowAsync<CliException>(() => following);
        given.ExitCode.ShouldBe(ExitCodes.Unreachable);
        given.Message.ShouldContain("60 s");
        (time.GetUtcNow() - new ManualTimeProvider().GetUtcNow()).ShouldBeInRange(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(63));
    }

    [Fact]
    public async Task A_mesh_that_was_never_reachable_is_not_retried()
    {
        var cli = new Cli { Gateway = (_, _) => throw new HttpRequestException("away") };
        (await cli.RunAsync("watch", "m1")).ShouldBe(ExitCodes.Unreachable);
        cli.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_stream_that_starts_with_the_end_is_complete()
    {
        var cli = new Cli { Gateway = (_, _) => Task.FromResult(TestData.Stream(TestData.View(outcome: MigrationOutcome.Failed))) };
        using var client = new MeshClient(Server, cli.Io.HttpHandler(), TimeProvider.System);
        List<StreamItem> taken = [];
        await new StreamFollower(client, TimeProvider.System).FollowAsync(new MigrationId("m1"), taken.Add, CancellationToken.None).WaitAsync(Cli.HangsAfter);
        taken.ShouldHaveSingleItem().IsEnd.ShouldBeTrue();
    }

    [Fact]
    public async Task An_idle_stream_is_an_interruption()
    {
        var time = new ManualTimeProvider();
        await using var silence = new IdleTimeoutStream(new SilentStream(), TimeSpan.FromSeconds(45), time);

        var reading = silence.ReadAsync(new byte[10]).AsTask();
        time.Advance(TimeSpan.FromSeconds(44));
        reading.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1));

        (await Should.ThrowAsync<IOException>(() => reading)).Message.ShouldContain("45 s");
    }

    // Advances the clock only while a timer is pending, so that the speed of threads does not matter.
    private static async Task AdvanceUntilAsync(ManualTimeProvider time, Task done)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!done.IsCompleted)
        {
            limit.IsCancellationRequested.ShouldBeFalse("it did not happen in time");
            if (time.PendingTimers > 0)
                time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }
}
