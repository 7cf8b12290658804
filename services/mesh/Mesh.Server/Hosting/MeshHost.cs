using System.Net.Sockets;
using Mesh.Cli.Shell;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Gateway;
using Mesh.Gateway.Configuration;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Store;
using Mesh.Hosting.Telemetry;
using Mesh.Migrations.Host;
using Mesh.Policy.Host;
using Mesh.Scheduler.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Server.Hosting;

/// <summary>All services in one process.</summary>
internal static class MeshHost
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Builds the application.</summary>
    /// <param name="settings">The services' settings.</param>
    /// <param name="logging">Configures logging.</param>
    /// <param name="more">Adds further services.</param>
    public static WebApplication Build(IConfiguration settings, Action<ILoggingBuilder> logging, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

        // Only the loaded settings, without those of files in the working directory.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(settings);
        builder.Logging.ClearProviders();
        builder.Logging.AddConfiguration(settings.GetSection("Logging"));
        logging(builder.Logging);

        builder.Services.AddMeshBus(settings).AddMeshTelemetry(settings, "mesh").AddMeshServices(settings).AddGateway(settings);
        more?.Invoke(builder.Services);
        return builder.Build().MapGateway();
    }

    /// <summary>Adds the services that use the store.</summary>
    public static IServiceCollection AddMeshServices(this IServiceCollection services, IConfiguration settings) =>
        services.AddMigrations(settings).AddPolicies(settings).AddScheduler(settings);

    /// <summary>Starts the services.</summary>
    /// <returns>The gateway's URL.</returns>
    /// <exception cref="CliException">They cannot start, for a reason that the user can fix.</exception>
    public static async Task<Uri> StartAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            // Check the settings and the store before starting anything that would have to be undone.
            _ = app.Services.GetRequiredService<IOptions<BusOptions>>().Value;
            _ = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
            await app.Services.GetRequiredService<MeshDatabase>().EnsureReadyAsync(cancellation);
            await app.StartAsync(cancellation);
        }
        catch (Exception e) when (DescribeStartFailure(e, app.Configuration) is { } failure)
        {
            throw new CliException(failure.ExitCode, failure.Message, e);
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new Uri(addresses.First());
    }

    /// <summary>Returns once the migrations service responds over the bus. Waits for a broker that starts after the mesh.</summary>
    /// <param name="app">The started services.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onDelay">Called once if it takes long.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public static async Task WaitUntilReadyAsync(WebApplication app, TimeProvider time, Action onDelay, CancellationToken cancellation)
    {
        var bus = app.Services.GetRequiredService<IMessageBus>();
        var isDelayed = false;
        while (true)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            try
            {
                var response = bus.RequestAsync<ListMigrations, MigrationList>(MigrationQueues.Requests, new ListMigrations(true, 1), stop.Token);
                await response.WaitAsync(ProbeTimeout, time, cancellation);
                return;
            }
            catch (Exception e) when (e is TimeoutException or BusRequestException)
            {
                await stop.CancelAsync();
                if (!isDelayed)
                    onDelay();
                isDelayed = true;
            }
        }
    }

    /// <summary>Ends the command if the broker has refused this process after its start.</summary>
    /// <exception cref="CliException">With the reason.</exception>
    public static void ThrowIfRefused(IServiceProvider services)
    {
        if (services.GetRequiredService<BusGate>().Refusal is { } refusal)
            throw new CliException(ExitCodes.Usage, refusal);
    }

    /// <summary>Why a service cannot start; null for an internal error.</summary>
    public static (int ExitCode, string Message)? DescribeStartFailure(Exception exception, IConfiguration settings)
    {
        var listen = settings[Settings.Listen] ?? GatewayOptions.DefaultListen;
        return exception switch
        {
            IOException { InnerException: AddressInUseException } =>
                (ExitCodes.Error, $"cannot listen on {listen}: the port is in use; is another mesh running? Use --listen to select another port"),
            SocketException socket => (ExitCodes.Error, $"cannot listen on {listen}: {socket.Message}"),
            _ when MeshProgram.Describe(exception) is { } message => (ExitCodes.Usage, message),
            _ => null,
        };
    }
}
