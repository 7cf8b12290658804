using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Live;

/// <summary>
/// A live stream: first how things stand, then what happens. Collecting begins before the view is asked for, so nothing falls
/// between them; the first events may therefore tell what the view already shows.
/// </summary>
internal sealed class EventStream(
    EventHub hub, MigrationsClient migrations, SchedulerClient scheduler, IOptions<GatewayOptions> options, TimeProvider time,
    IHostApplicationLifetime lifetime)
{
    /// <summary>Follows one migration to its end.</summary>
    public async Task FollowAsync(HttpContext context, MigrationId id)
    {
        using var stop = CreateStopSource(context);
        using var subscription = hub.Subscribe(id);
        var view = await migrations.GetAsync(id, stop.Token) ?? throw new ApiException(ApiProblems.NoMigration(id));

        await WriteAsync(context, [await scheduler.WithQueueAsync(view, stop.Token)], subscription, stop.Token);
    }

    /// <summary>Follows every migration, for as long as the client listens.</summary>
    public async Task FollowAllAsync(HttpContext context)
    {
        using var stop = CreateStopSource(context);
        using var subscription = hub.Subscribe(null);
        var views = await migrations.ListAsync(unfinishedOnly: true, MigrationsClient.ListedMax, stop.Token);
        await WriteAsync(context, views.Reverse(), subscription, stop.Token);
    }

    // A stream never ends by itself, so it has to end with the process.
    private CancellationTokenSource CreateStopSource(HttpContext context) =>
        CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);

    private async Task WriteAsync(
        HttpContext context, IEnumerable<MigrationView> views, EventHub.Subscription subscription, CancellationToken stop)
    {
        var writer = new SseWriter(context.Response);
        try
        {
            await writer.BeginAsync(stop);
            foreach (var view in views)
            {
                await writer.EventAsync(EventNames.View, view, stop);
                if (subscription.Id is not null && view.Outcome is not null)
                    return;
            }

            await WriteEventsAsync(writer, subscription, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The client went away or the process stops: both end a stream as they should.
        }
    }

    private async Task WriteEventsAsync(SseWriter writer, EventHub.Subscription subscription, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.Value.KeepAliveInterval, time);
        var tick = timer.WaitForNextTickAsync(stop).AsTask();
        while (true)
        {
            while (subscription.Events.TryTake() is { } migrationEvent)
            {
                await writer.EventAsync(EventNames.GetName(migrationEvent), migrationEvent, stop);
                if (subscription.Id is not null && migrationEvent is MigrationEnded)
                    return;
            }

            if (subscription.Events.IsClosed)
            {
                await writer.CommentAsync("too slow: connect again for how things stand now", stop);
                return;
            }

            if (await Task.WhenAny(subscription.Events.WaitAsync(), tick) == tick)
            {
                await tick;
                if (await WriteEndIfMissedAsync(writer, subscription, stop))
                    return;
                tick = timer.WaitForNextTickAsync(stop).AsTask();
            }
        }
    }

    // The bus may lose an event when the broker restarts. A stream that waited for a lost end would never close. Of one that waits
    // no event tells how the queue moves on.
    private async Task<bool> WriteEndIfMissedAsync(SseWriter writer, EventHub.Subscription subscription, CancellationToken stop)
    {
        await writer.CommentAsync("keepalive", stop);
        if (subscription.Id is not { } id)
            return false;

        try
        {
            if (await migrations.GetAsync(id, stop) is not { } view || (view.Outcome is null && !SchedulerClient.IsQueued(view)))
                return false;
            await writer.EventAsync(EventNames.View, await scheduler.WithQueueAsync(view, stop), stop);
            return view.Outcome is not null;
        }
        catch (ApiException)
        {
            // The migrations service does not answer now; the next keepalive asks again.
            return false;
        }
    }
}
