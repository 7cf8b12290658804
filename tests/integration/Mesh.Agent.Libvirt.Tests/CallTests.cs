using Mesh.Testing;

namespace Mesh.Agent.Libvirt.Tests;

public sealed class CallTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly LibvirtCallOptions Small = new()
    {
        DefaultLimit = Limit,
        MaxConcurrentCalls = 2,
        MaxStuckCalls = 3,
        MaxLongCalls = 2,
    };

    private readonly ManualTimeProvider _time = new();
    private readonly LibvirtCallRunner _calls;
    private readonly ManualResetEventSlim _daemonAnswers = new();

    public CallTests() => _calls = new LibvirtCallRunner(_time, Small);

    public void Dispose()
    {
        _daemonAnswers.Set();
        TestHost.ShouldSoon(() => _calls.Stuck.Count == 0 && _calls.LongRunning == 0, "all calls have returned");
        _daemonAnswers.Dispose();
    }

    [Fact]
    public async Task A_call_returns_its_result_from_another_thread()
    {
        var caller = Environment.CurrentManagedThreadId;

        (await _calls.RunAsync("answer", () => Environment.CurrentManagedThreadId)).ShouldNotBe(caller);

        _calls.Stuck.ShouldBeEmpty();
        _time.PendingTimers.ShouldBe(0, "a finished call leaves no timer behind");
    }

    [Fact]
    public async Task A_real_call_works_and_its_error_is_thrown()
    {
        var connection = await _calls.OpenAsync(TestHost.Uri);
        using var domain = await _calls.RunAsync("virDomainLookupByName", () => connection.LookupDomain("alpha"));
        await _calls.RunAsync("virDomainSuspend", domain.Suspend);
        domain.GetStatus().State.ShouldBe(DomainState.Paused);

        var error = await Should.ThrowAsync<LibvirtException>(_calls.RunAsync("look", () => connection.LookupDomain("nobody")));
        error.Code.ShouldBe(LibvirtErrorCode.NoDomain);

        domain.Dispose();
        await _calls.CloseAsync(connection);
        connection.Handle.FreeResult.ShouldBe(0);
    }

    [Fact]
    public async Task A_hanging_call_times_out_at_its_limit_and_not_before()
    {
        var hanging = await HangAsync("virDomainGetJobStats");

        _time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        hanging.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var error = await Should.ThrowAsync<LibvirtTimeoutException>(hanging.WaitAsync(TestHost.Timeout));
        error.Call.ShouldBe("virDomainGetJobStats");
        error.Limit.ShouldBe(Limit);
        error.WasStarted.ShouldBeTrue();
        error.Message.ShouldBe("virDomainGetJobStats did not return within 10 s; it may still take effect.");
        _calls.Stuck.ShouldBe(["virDomainGetJobStats"]);
    }

    [Fact]
    public async Task A_specific_limit_overrides_the_default()
    {
        var hanging = await HangAsync("quick", TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromSeconds(1));

        var error = await Should.ThrowAsync<LibvirtTimeoutException>(hanging.WaitAsync(TestHost.Timeout));
        error.Limit.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_stuck_call_does_not_stop_others_and_is_forgotten_when_it_returns()
    {
        var hanging = await HangAsync("stuck");
        _time.Advance(Limit);
        await Should.ThrowAsync<LibvirtTimeoutException>(hanging);

        (await _calls.RunAsync("other", () => 7)).ShouldBe(7);
        _daemonAnswers.Set();

        TestHost.ShouldSoon(() => _calls.Stuck.Count == 0, "the stuck call has returned");
        (await _calls.RunAsync("later", () => 8)).ShouldBe(8);
    }

    [Fact]
    public async Task Too_many_stuck_calls_make_the_next_one_fail_at_once()
    {
        for (var i = 0; i < Small.MaxStuckCalls; i++)
        {
            var hanging = await HangAsync($"stuck{i}");
            _time.Advance(Limit);
            await Should.ThrowAsync<LibvirtTimeoutException>(hanging);
        }

        var called = false;
        var error = await Should.ThrowAsync<LibvirtOverloadException>(_calls.RunAsync("next", () => called = true));
        called.ShouldBeFalse();
        error.Call.ShouldBe("next");
        error.PendingCalls.ShouldBe(["stuck0", "stuck1", "stuck2"]);
        error.Message.ShouldBe("next was not started: 3 calls are stuck (stuck0, stuck1, stuck2).");

        _daemonAnswers.Set();
        TestHost.ShouldSoon(() => _calls.Stuck.Count == 0, "the stuck calls have returned");
        (await _calls.RunAsync("next", () => 9)).ShouldBe(9);
    }

    [Fact]
    public async Task A_call_waits_for_a_free_slot_within_its_limit()
    {
        var first = await HangAsync("first", Timeout.InfiniteTimeSpan);
        var second = await HangAsync("second", Timeout.InfiniteTimeSpan);
        var called = false;
        var third = _calls.RunAsync("third", () => called = true);

        _time.Advance(Limit);

        var error = await Should.ThrowAsync<LibvirtTimeoutException>(third.WaitAsync(TestHost.Timeout));
        error.WasStarted.ShouldBeFalse();
        error.Message.ShouldBe("third was not started: no free slot within 10 s.");
        _calls.Stuck.ShouldBeEmpty();

        var fourth = _calls.RunAsync("fourth", () => 4);
        fourth.IsCompleted.ShouldBeFalse("both slots are in use");
        _daemonAnswers.Set();
        (await fourth.WaitAsync(TestHost.Timeout)).ShouldBe(4);
        await Task.WhenAll(first, second);
        called.ShouldBeFalse();
    }

    [Fact]
    public async Task Cancelling_stops_the_wait_and_not_the_call()
    {
        using var cancelled = new CancellationTokenSource();
        var hanging = await HangAsync("virDomainSuspend", cancellationToken: cancelled.Token);

        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(hanging.WaitAsync(TestHost.Timeout));
        _calls.Stuck.ShouldBe(["virDomainSuspend"]);
    }

    [Fact]
    public async Task A_late_result_is_disposed()
    {
        var late = TestHost.Open();
        var more = TestHost.Open();
        var one = await HangAsync("one", result: () => late);
        var list = await HangAsync("list", result: () => (IReadOnlyList<LibvirtConnection>)[more]);
        _time.Advance(Limit);
        await Should.ThrowAsync<LibvirtTimeoutException>(one);
        await Should.ThrowAsync<LibvirtTimeoutException>(list);

        _daemonAnswers.Set();

        TestHost.ShouldSoon(() => late.Handle.FreeResult == 0 && more.Handle.FreeResult == 0, "they are freed");
    }

    [Fact]
    public async Task A_late_error_is_harmless()
    {
        var hanging = await HangAsync<int>("fails late", result: () => throw new InvalidOperationException("too late"));
        _time.Advance(Limit);
        await Should.ThrowAsync<LibvirtTimeoutException>(hanging);

        _daemonAnswers.Set();

        TestHost.ShouldSoon(() => _calls.Stuck.Count == 0, "the call has returned");
    }

    [Fact]
    public void An_object_disposed_during_a_call_is_freed_when_the_call_returns()
    {
        using var connection = TestHost.Open();
        var domain = connection.LookupDomain("alpha");
        var taken = false;
        domain.Handle.DangerousAddRef(ref taken);
        domain.Dispose();

        domain.Handle.FreeResult.ShouldBeNull("a native call still uses it");
        domain.Handle.DangerousRelease();
        domain.Handle.FreeResult.ShouldBe(0);
    }

    [Fact]
    public async Task A_long_call_has_no_limit_and_stopping_the_wait_does_not_stop_it()
    {
        using var stop = new CancellationTokenSource();
        var ended = false;
        var migration = _calls.RunLongAsync("virDomainMigrateToURI3", () => { _daemonAnswers.Wait(); ended = true; }, stop.Token);
        _time.Advance(TimeSpan.FromDays(1));
        migration.IsCompleted.ShouldBeFalse();

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(migration.WaitAsync(TestHost.Timeout));
        _calls.LongRunning.ShouldBe(1);
        _calls.Stuck.ShouldBeEmpty("a long call is not a stuck call");
        _daemonAnswers.Set();
        TestHost.ShouldSoon(() => _calls.LongRunning == 0, "the call runs to its end");
        ended.ShouldBeTrue();
    }

    [Fact]
    public async Task Long_calls_are_limited_in_number_and_use_no_slots_of_others()
    {
        Task[] migrations =
        [
            _calls.RunLongAsync("long0", _daemonAnswers.Wait),
            _calls.RunLongAsync("long1", _daemonAnswers.Wait),
        ];

        (await Should.ThrowAsync<LibvirtOverloadException>(_calls.RunLongAsync("one more", () => { })))
            .Message.ShouldBe("one more was not started: 2 calls run already (long0, long1).");
        (await _calls.RunAsync("beside", () => 1)).ShouldBe(1);

        _daemonAnswers.Set();
        await Task.WhenAll(migrations).WaitAsync(TestHost.Timeout);
        await _calls.RunLongAsync("one more", () => { });
    }

    [Fact]
    public async Task A_migration_that_is_refused_throws_libvirts_error()
    {
        using var connection = TestHost.Open();
        using var domain = connection.LookupDomain("alpha");

        var error = await Should.ThrowAsync<LibvirtException>(
            _calls.MigrateAsync(domain, TestHost.SharedUri, new MigrateParameters(), MigrateFlags.PeerToPeer));

        error.Call.ShouldBe("virDomainMigrateToURI3");
        _calls.LongRunning.ShouldBe(0);
    }

    [Fact]
    public async Task The_wall_clock_works_too()
    {
        var calls = new LibvirtCallRunner(TimeProvider.System, Small);

        await Should.ThrowAsync<LibvirtTimeoutException>(
            calls.RunAsync("hangs", _daemonAnswers.Wait, TimeSpan.FromMilliseconds(20)).WaitAsync(TestHost.Timeout));

        _daemonAnswers.Set();
        TestHost.ShouldSoon(() => calls.Stuck.Count == 0, "the call has returned");
    }

    private Task<Task<int>> HangAsync(string name, TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        HangAsync(name, () => 0, limit, cancellationToken);

    /// <summary>Starts a call that waits for the daemon, and returns once the call has started.</summary>
    private async Task<Task<T>> HangAsync<T>(
        string name, Func<T> result, TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        var started = new TaskCompletionSource();
        var call = _calls.RunAsync(
            name,
            () =>
            {
                started.SetResult();
                _daemonAnswers.Wait(CancellationToken.None);
                return result();
            },
            limit,
            cancellationToken);
        await started.Task.WaitAsync(TestHost.Timeout, CancellationToken.None);
        return call;
    }
}
