namespace Mesh.Agent.Libvirt.Tests;

public sealed class EventTests : IDisposable
{
    private readonly LibvirtConnection _connection = TestHost.Open();

    public void Dispose()
    {
        _connection.Dispose();
        _connection.Handle.FreeResult.ShouldBe(0, "an undisposed subscription keeps the connection open");
    }

    [Fact]
    public async Task The_lifecycle_of_a_domain_is_reported_in_order()
    {
        using var subscription = _connection.Subscribe(LibvirtEventKinds.Lifecycle);
        using var domain = _connection.DefineDomain(TestHost.GammaXml);
        domain.Start();
        domain.Suspend();
        domain.Resume();
        domain.Destroy();
        domain.Undefine();

        DomainLifecycleDetail[] expected =
        [
            DomainLifecycleDetail.DefinedAdded,
            DomainLifecycleDetail.StartedBooted,
            DomainLifecycleDetail.SuspendedPaused,
            DomainLifecycleDetail.ResumedUnpaused,
            DomainLifecycleDetail.StoppedDestroyed,
            DomainLifecycleDetail.UndefinedRemoved,
        ];
        foreach (var detail in expected)
        {
            var received = await NextAsync<DomainLifecycleEvent>(subscription);
            received.Detail.ShouldBe(detail);
            received.DomainName.ShouldBe("gamma");
            received.DomainUuid.ShouldBe(domain.Uuid);
        }

        subscription.LostEvents.ShouldBe(0);
    }

    [Fact]
    public async Task Another_connection_to_the_same_host_sees_the_events_too()
    {
        using var watcher = LibvirtConnection.Open(TestHost.SharedUri);
        using var actor = LibvirtConnection.Open(TestHost.SharedUri);
        using var subscription = watcher.Subscribe();
        using var domain = actor.LookupDomain("test");

        domain.Suspend();
        domain.Resume();

        (await NextAsync<DomainLifecycleEvent>(subscription)).Event.ShouldBe(DomainLifecycle.Suspended);
        (await NextAsync<DomainLifecycleEvent>(subscription)).Event.ShouldBe(DomainLifecycle.Resumed);
    }

    [Fact]
    public async Task A_reader_can_call_libvirt()
    {
        using var subscription = _connection.Subscribe();
        using var domain = _connection.LookupDomain("alpha");
        domain.Suspend();

        await NextAsync<DomainLifecycleEvent>(subscription);

        Thread.CurrentThread.Name.ShouldNotBe("libvirt events");
        domain.GetStatus().State.ShouldBe(DomainState.Paused);
    }

    [Fact]
    public async Task An_iteration_of_a_migration_is_reported()
    {
        using var subscription = _connection.Subscribe(LibvirtEventKinds.MigrationIteration);
        using var domain = _connection.LookupDomain("alpha");

        RaiseIteration(domain, subscription.Keys[0], 7);

        var received = await NextAsync<MigrationIterationEvent>(subscription);
        received.ShouldBe(new MigrationIterationEvent("alpha", TestHost.AlphaUuid, 7));
    }

    [Fact]
    public async Task The_end_of_a_job_is_reported_with_its_statistics()
    {
        using var subscription = _connection.Subscribe(LibvirtEventKinds.JobCompleted);
        using var domain = _connection.LookupDomain("alpha");

        RaiseJobCompleted(
            domain,
            subscription.Keys[0],
            [TypedParameter.FromInt32("operation", 5), TypedParameter.FromUInt64("downtime_net", 41)]);

        var received = await NextAsync<JobCompletedEvent>(subscription);
        received.DomainUuid.ShouldBe(TestHost.AlphaUuid);
        received.Stats.Type.ShouldBe(DomainJobType.Completed);
        received.Stats.Operation.ShouldBe(DomainJobOperation.MigrationOut);
        received.Stats.DowntimeNet.ShouldBe(TimeSpan.FromMilliseconds(41));
    }

    [Fact]
    public void An_undeliverable_event_is_dropped_and_counted_and_never_throws_into_libvirt()
    {
        using var subscription = _connection.Subscribe(LibvirtEventKinds.MigrationIteration);

        Should.NotThrow(() => RaiseIteration(null, subscription.Keys[0], 1));

        subscription.LostEvents.ShouldBe(1);
    }

    [Fact]
    public void Unread_events_are_dropped_and_counted()
    {
        using var subscription = _connection.Subscribe(LibvirtEventKinds.MigrationIteration, capacity: 2);
        using var domain = _connection.LookupDomain("alpha");

        for (var iteration = 1; iteration <= 5; iteration++)
        {
            RaiseIteration(domain, subscription.Keys[0], iteration);
        }

        subscription.LostEvents.ShouldBe(3);
        subscription.Reader.TryRead(out var first).ShouldBeTrue();
        ((MigrationIterationEvent)first!).Iteration.ShouldBe(1, "the newest events are dropped");
    }

    [Fact]
    public async Task A_subscription_ends_with_its_dispose()
    {
        var subscription = _connection.Subscribe();
        var key = subscription.Keys[1];
        using var domain = _connection.LookupDomain("alpha");
        subscription.Dispose();
        subscription.Dispose();

        RaiseIteration(domain, key, 1);
        domain.Suspend();

        await subscription.Reader.Completion.WaitAsync(TestHost.Timeout);
        subscription.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_subscription_ends_with_its_connection()
    {
        var connection = TestHost.Open();
        var subscription = connection.Subscribe();
        connection.Dispose();

        await subscription.Reader.Completion.WaitAsync(TestHost.Timeout);
        connection.Handle.FreeResult.ShouldBe(0);
        Should.Throw<ObjectDisposedException>(() => connection.Subscribe());
    }

    private static async Task<T> NextAsync<T>(LibvirtEventSubscription subscription)
        where T : LibvirtEvent =>
        (await subscription.Reader.ReadAsync().AsTask().WaitAsync(TestHost.Timeout)).ShouldBeOfType<T>();

    // The test driver has no migrations: the callbacks are called as libvirt would, with a real domain and real parameters.
    private static unsafe void RaiseIteration(LibvirtDomain? domain, nint key, int iteration) =>
        EventCallbacks.MigrationIteration(0, domain?.Handle.DangerousGetHandle() ?? 0, iteration, key);

    private static unsafe void RaiseJobCompleted(LibvirtDomain domain, nint key, TypedParameter[] parameters)
    {
        using var native = new TypedParameterArray(parameters);
        EventCallbacks.JobCompleted(0, domain.Handle.DangerousGetHandle(), native.Pointer, native.Count, key);
    }
}
