using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Hosting.Bus;

namespace Mesh.Cli.Hosting;

/// <summary>Whether requests get through the bus. A broker that comes up after the mesh is waited for.</summary>
internal static class Readiness
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Returns once the migrations service answers over the bus.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notYet">Told once when it takes long.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task WaitAsync(IMessageBus bus, TimeProvider time, Action notYet, CancellationToken cancellation)
    {
        var wasTold = false;
        while (true)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            try
            {
                var ask = bus.RequestAsync<ListMigrations, MigrationList>(MigrationQueues.Requests, new ListMigrations(true, 1), stop.Token);
                await ask.WaitAsync(ProbeTimeout, time, cancellation);
                return;
            }
            catch (Exception e) when (e is TimeoutException or BusRequestException)
            {
                await stop.CancelAsync();
                if (!wasTold)
                    notYet();
                wasTold = true;
            }
        }
    }
}
