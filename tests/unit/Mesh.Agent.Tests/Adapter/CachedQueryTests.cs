using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.Adapter;
using Mesh.Testing;

namespace Mesh.Agent.Tests.Adapter;

public sealed class CachedQueryTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private readonly ManualTimeProvider _clock = new();
    private readonly CachedQuery<string> _fact;
    private int _asked;

    public CachedQueryTests() => _fact = new CachedQuery<string>(_clock, Timeout);

    [Fact]
    public async Task A_result_in_time_is_returned()
    {
        (await AskAsync(Task.FromResult("one"))).ShouldBe("one");
        (await AskAsync(Task.FromResult("two"))).ShouldBe("two");
        _asked.ShouldBe(2);
    }

    [Fact]
    public async Task Without_a_result_the_last_one_is_used_and_no_further_query_is_made()
    {
        var answer = new TaskCompletionSource<string>();
        await AskAsync(Task.FromResult("one"));

        (await ImpatientlyAsync(AskAsync(answer.Task))).ShouldBe("one");
        (await ImpatientlyAsync(AskAsync(answer.Task))).ShouldBe("one");
        _asked.ShouldBe(2);

        var waiting = AskAsync(answer.Task);
        answer.SetResult("two");
        (await waiting).ShouldBe("two");
        _asked.ShouldBe(2);
        _fact.Latest.ShouldBe("two");
    }

    [Fact]
    public async Task A_query_that_fails_leaves_no_result()
    {
        await AskAsync(Task.FromResult("one"));

        (await AskAsync(Task.FromException<string>(new HypervisorException(HypervisorErrorCode.Unsupported, null, "no")))).ShouldBeNull();
        _fact.Latest.ShouldBeNull();
    }

    private Task<string?> AskAsync(Task<string> answer) => _fact.QueryAsync(
        () =>
        {
            Interlocked.Increment(ref _asked);
            return answer;
        },
        CancellationToken.None);

    private async Task<string?> ImpatientlyAsync(Task<string?> asking)
    {
        _clock.Advance(Timeout);
        return await asking;
    }
}
