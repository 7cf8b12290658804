using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Gateway.Clients;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Live;

/// <summary>
/// A live stream: first the current state, then events. Buffering starts before the state is requested, so no event is lost
/// between them; the first events may repeat what the state already shows.
/// </summary>
internal sealed class EventStream(
    EventHub hub, MigrationsClient migrations, SchedulerClient scheduler, IOptions<GatewayOptions> options, TimeProvider time,
    IHostApplicationLifetime lifetime)
{
    /// <summary>Follows one migration until it has ended.</summary>
    public async Task FollowAsync(HttpContext context, MigrationId id)
    {
        using var stop = CreateStopSource(context);
        using var subscription = hub.Subscribe(id);
        var view = await migrations.GetAsync(id, stop.Token) ?? throw new ApiException(ApiProblems.NoMigration(id));

        await WriteAsync(context, [await scheduler.WithQueueAsync(view, stop.Token)], subscription, stop.Token);
    }

    /// <summary>Follows all migrations until the client disconnects.</summary>
    public async Task FollowAllAsync(HttpContext context)
    {
        using var stop = CreateStopSource(context);
        using var subscription = hub.Subscribe(null);
        var views = await migrations.ListAsync(unfinishedOnly: true, MigrationsClient.ListedMax, stop.Token);
        await WriteAsync(context, views.Reverse(), subscription, stop.Token);
    }

    // A stream does not end by itself; stop it when the process stops.
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
            // The client disconnected or the process is stopping.
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
                await writer.CommentAsync("client too slow: reconnect for the current state", stop);
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

    // The bus may lose an event when the broker restarts, and a stream that missed the end would never close. Changes of the queue
    // have no events.
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
            // The migrations service is not responding; retried at the next keepalive.
            return false;
        }
    }
}

/// <summary>Writes server-sent events (WHATWG HTML, section 9.2), numbered from 1.</summary>
internal sealed class SseWriter(HttpResponse response)
{
    private long _id;

    public Task BeginAsync(CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        return response.Body.FlushAsync(cancellation);
    }

    public Task EventAsync<T>(string name, T data, CancellationToken cancellation) =>
        WriteAsync($"id: {++_id}\nevent: {name}\ndata: {JsonSerializer.Serialize(data, MeshJson.Options)}\n\n", cancellation);

    /// <summary>Writes a comment, which clients ignore; it keeps the connection open and detects a broken one.</summary>
    public Task CommentAsync(string text, CancellationToken cancellation) => WriteAsync($": {text}\n\n", cancellation);

    private async Task WriteAsync(string text, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}

/// <summary>The names of events in a live stream: the discriminators of their JSON.</summary>
internal static class EventNames
{
    /// <summary>The current state of a migration, at the start of a stream.</summary>
    public const string View = "view";

    private static readonly Dictionary<Type, string> Names = typeof(MigrationEvent)
        .GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
        .ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);

    public static string GetName(MigrationEvent migrationEvent) => Names[migrationEvent.GetType()];
}
