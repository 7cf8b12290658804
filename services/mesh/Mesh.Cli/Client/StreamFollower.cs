using Mesh.Cli.Shell;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Client;

/// <summary>
/// Follows a live stream and reconnects after interruptions, because migrations outlive the gateway. Each connection starts with
/// the current state, so only progress is missed.
/// </summary>
internal sealed class StreamFollower(MeshClient client, TimeProvider time)
{
    /// <summary>How long to try to reconnect.</summary>
    public static readonly TimeSpan MaxOutage = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Follows one migration until it has ended, or all migrations until cancelled.</summary>
    /// <param name="id">The migration; null for all.</param>
    /// <param name="handle">Called for each item.</param>
    /// <param name="cancellation">Stops following.</param>
    /// <exception cref="CliException">The mesh is unreachable at the start, or was unreachable for too long.</exception>
    public async Task FollowAsync(MigrationId? id, Action<StreamItem> handle, CancellationToken cancellation)
    {
        DateTimeOffset? lostAt = null;
        var wasReached = false;
        while (true)
        {
            try
            {
                await foreach (var item in client.StreamAsync(id, () => (wasReached, lostAt) = (true, null), cancellation))
                {
                    handle(item);
                    if (id is not null && item.IsEnd)
                        return;
                }

                // Closed by the gateway: it is stopping, or this client was too slow.
                lostAt ??= time.GetUtcNow();
            }
            catch (Exception e) when (IsInterruption(e) && wasReached)
            {
                lostAt ??= time.GetUtcNow();
                if (time.GetUtcNow() - lostAt > MaxOutage)
                    throw new CliException(ExitCodes.Unreachable, $"lost the connection to {client.Server} and could not reconnect within {MaxOutage.TotalSeconds:0} s", e);
            }

            await Task.Delay(RetryInterval, time, cancellation);
        }
    }

    private static bool IsInterruption(Exception e) =>
        e is IOException or HttpRequestException or CliException { ExitCode: ExitCodes.Unreachable };
}
