using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Mesh.Hosting.Claims;

/// <summary>
/// Decides whether this process may use its broker: the broker must accept its user, and the queues at which the process answers requests
/// must belong to its store. A process without a store, such as an agent, claims nothing.
/// </summary>
internal sealed class BrokerAccess(IOptions<BusOptions> options, IServiceProvider provider, TimeProvider time, Random random)
{
    private const int IdentityBytes = 6;

    // Not every process has a store.
    private readonly MeshDatabase? _database = provider.GetService<MeshDatabase>();

    /// <summary>Whether a claim has to be kept, since the broker may lose it.</summary>
    public bool HoldsClaim => _database is not null && !options.Value.IsInMemory;

    /// <summary>Checks the access, and claims what this process needs.</summary>
    /// <exception cref="ProblemException">The process must not use the broker; the message says why.</exception>
    /// <exception cref="BusRequestException">The broker cannot be reached.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        if (_database is not null)
            await _database.ConfirmLockAsync(cancellation);
        if (options.Value.IsInMemory)
        {
            if (_database is not null && ClaimRules.FindConflictInMemory(await _database.ReadAsync(connection => ClaimTable.ReadAsync(connection), cancellation)) is { } conflict)
                throw new ProblemException(conflict);
            return;
        }

        try
        {
            await BrokerConnector.UseAsync(options.Value, "mesh claim", connection => CheckAsync(connection, cancellation), cancellation);
        }
        catch (BrokerRefusedException e)
        {
            throw new ProblemException(e.Message, e);
        }
    }

    // A wrong virtual host may show only at the first channel.
    private async Task<bool> CheckAsync(IConnection connection, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        if (_database is not null)
            await ClaimAsync(connection, _database, cancellation);
        return true;
    }

    // The broker first, the store second: after a crash in between, the store is still free, and the broker knows it when it comes back.
    private async Task ClaimAsync(IConnection connection, MeshDatabase database, CancellationToken cancellation)
    {
        var address = BrokerAddress.Of(options.Value.Broker);
        var identity = CreateIdentity();
        var claim = await database.WriteAsync((store, transaction) => ClaimTable.ReadOrCreateAsync(store, transaction, identity), cancellation);
        var owners = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var queue in BusEndpoint.GetRequestQueues(provider))
            owners[queue] = await BrokerClaims.ReadAsync(connection, queue, cancellation);
        ThrowIfAny(ClaimRules.FindConflict(claim, address, owners.Values));

        List<string> added = [];
        foreach (var queue in owners.Keys)
        {
            var other = await BrokerClaims.ClaimAsync(connection, queue, claim.Store, cancellation);
            if (other is null && owners[queue] is null)
                added.Add(queue);
            owners[queue] = other ?? claim.Store;
        }

        var conflict = ClaimRules.FindConflict(claim, address, owners.Values)
            ?? await SaveAsync(database, claim, address, owners.Values, cancellation);
        if (conflict is null)
            return;
        foreach (var queue in added)
            await BrokerClaims.ReleaseAsync(connection, queue, cancellation);
        ThrowIfAny(conflict);
    }

    // Another instance on the same store may have claimed at the same time: with the same broker, which is welcome, or with another.
    private async Task<string?> SaveAsync(MeshDatabase database, StoreClaim claim, string address, IReadOnlyCollection<string?> owners, CancellationToken cancellation)
    {
        if (claim.Broker == address
            || await database.WriteAsync((store, transaction) => ClaimTable.TrySaveAsync(store, transaction, claim, address, time.GetUtcNow()), cancellation))
            return null;
        var current = await database.ReadAsync(store => ClaimTable.ReadAsync(store), cancellation);
        return current is null ? "this store's claim was released while the mesh started; start it again" : ClaimRules.FindConflict(current, address, current.Broker == address ? owners : []);
    }

    /// <summary>A new identity: a random number, and where the store was first used, so that people recognise it.</summary>
    private string CreateIdentity()
    {
        var number = new byte[IdentityBytes];
        random.NextBytes(number);
        var where = SqlDialect.Describe(provider.GetRequiredService<IOptions<StoreOptions>>().Value.Location);
        return $"{Convert.ToHexStringLower(number)} ({where}, first used on {Environment.MachineName})";
    }

    private static void ThrowIfAny(string? conflict)
    {
        if (conflict is not null)
            throw new ProblemException(conflict);
    }
}
