using Mesh.Contracts.Values;

namespace Mesh.Cli.Client;

/// <summary>
/// Follows a live stream over interruptions: migrations outlive the gateway, so whoever watches one should too. Every new
/// connection begins with how things stand, so nothing is missed but progress.
/// </summary>
internal sealed class StreamFollower(MeshClient client, TimeProvider time)
{
    /// <summary>How long the mesh may be away before the watching is given up.</summary>
    public static readonly TimeSpan MaxOutage = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Hands on what comes until the migration has ended, or for all migrations until cancelled.</summary>
    /// <param name="id">The migration; null for all.</param>
    /// <param name="take">Takes each item.</param>
    /// <param name="cancellation">Ends the watching.</param>
    /// <exception cref="CliException">The mesh cannot be reached at first, or was away for too long.</exception>
    public async Task FollowAsync(MigrationId? id, Action<StreamItem> take, CancellationToken cancellation)
    {
        DateTimeOffset? lostAt = null;
        var wasReached = false;
        while (true)
        {
            try
            {
                await foreach (var item in client.StreamAsync(id, () => (wasReached, lostAt) = (true, null), cancellation))
                {
                    take(item);
                    if (id is not null && item.IsEnd)
                        return;
                }

                // Closed by the gateway: it stops, or this reader was too slow.
                lostAt ??= time.GetUtcNow();
            }
            catch (Exception e) when (IsInterruption(e) && wasReached)
            {
                lostAt ??= time.GetUtcNow();
                if (time.GetUtcNow() - lostAt > MaxOutage)
                    throw new CliException(ExitCodes.Unreachable, $"lost {client.Server} and could not reach it again for {MaxOutage.TotalSeconds:0} s", e);
            }

            await Task.Delay(RetryInterval, time, cancellation);
        }
    }

    private static bool IsInterruption(Exception e) =>
        e is IOException or HttpRequestException or CliException { ExitCode: ExitCodes.Unreachable };
}
