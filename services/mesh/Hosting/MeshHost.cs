using System.Net.Sockets;
using Mesh.Gateway;
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

namespace Mesh.Cli.Hosting;

/// <summary>All services in one process.</summary>
internal static class MeshHost
{
    /// <summary>Puts the services together.</summary>
    /// <param name="settings">Their settings.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="more">Further services.</param>
    public static WebApplication Build(IConfiguration settings, Action<ILoggingBuilder> logging, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

        // Only the settings that were gathered count, not whatever lies in the working directory.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(settings);
        builder.Logging.ClearProviders();
        builder.Logging.AddConfiguration(settings.GetSection("Logging"));
        logging(builder.Logging);

        builder.Services.AddMeshBus(settings).AddMeshTelemetry(settings, "mesh").AddMeshServices(settings).AddGateway(settings);
        more?.Invoke(builder.Services);
        return builder.Build().MapGateway();
    }

    /// <summary>Adds the services that keep something in the store.</summary>
    public static IServiceCollection AddMeshServices(this IServiceCollection services, IConfiguration settings) =>
        services.AddMigrations(settings).AddPolicies(settings).AddScheduler(settings);

    /// <summary>Starts the services.</summary>
    /// <returns>Where the gateway listens.</returns>
    /// <exception cref="CliException">They cannot be started, for a reason that can be mended.</exception>
    public static async Task<Uri> StartAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            // What is wrong with settings or store is found before anything is begun that would have to be undone.
            _ = app.Services.GetRequiredService<IOptions<BusOptions>>().Value;
            _ = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
            await app.Services.GetRequiredService<MeshDatabase>().EnsureReadyAsync(cancellation);
            await app.StartAsync(cancellation);
        }
        catch (Exception e) when (DescribeStartFailure(e, app.Configuration) is { } words)
        {
            throw new CliException(words.ExitCode, words.Message, e);
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new Uri(addresses.First());
    }

    /// <summary>What keeps a service from starting, in words; null for a fault of our own.</summary>
    public static (int ExitCode, string Message)? DescribeStartFailure(Exception exception, IConfiguration settings)
    {
        var listen = settings[Settings.Listen] ?? GatewayOptions.DefaultListen;
        return exception switch
        {
            IOException { InnerException: AddressInUseException } =>
                (ExitCodes.Error, $"cannot listen at {listen}: the port is in use; is another mesh running? (--listen takes another one)"),
            SocketException socket => (ExitCodes.Error, $"cannot listen at {listen}: {socket.Message}"),
            _ when MeshProgram.Describe(exception) is { } words => (ExitCodes.Usage, words),
            _ => null,
        };
    }
}
