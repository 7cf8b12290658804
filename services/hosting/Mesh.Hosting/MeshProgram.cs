using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting;

/// <summary>Runs a service as a process of its own.</summary>
public static class MeshProgram
{
    /// <summary>
    /// Runs a service until it is stopped. Settings come from <c>appsettings.json</c>, the environment and the arguments.
    /// Ends with 0; with 1 and one line on stderr when the service cannot start.
    /// </summary>
    /// <param name="args">Arguments such as <c>--Bus:Broker=amqp://…</c>.</param>
    /// <param name="name">The service's name in its messages.</param>
    /// <param name="addServices">Adds the service.</param>
    /// <param name="map">Maps its HTTP endpoints, if any.</param>
    public static async Task<int> RunAsync(
        string[] args, string name, Action<IServiceCollection, IConfiguration> addServices, Action<WebApplication>? map = null)
    {
        ArgumentNullException.ThrowIfNull(addServices);
        try
        {
            // Without endpoints no port is opened: it would be in use for the next service on the host.
            var host = map is null ? CreateHost(args, addServices) : CreateWebApplication(args, addServices, map);
            var gate = host.Services.GetService<BusGate>();
            await host.RunAsync();
            if (gate?.Refusal is not { } refusal)
                return 0;
            await Console.Error.WriteLineAsync($"{name}: {refusal}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            // Stopped before everything was started.
            return 0;
        }
        catch (Exception e) when (Describe(e) is { } error)
        {
            await Console.Error.WriteLineAsync($"{name}: {error}");
            return 1;
        }
    }

    /// <summary>The one line that explains to an operator why a service cannot run; null for a bug.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        ProblemException problem => problem.Message,
        OptionsValidationException options => string.Join("; ", options.Failures.Select(StripValidationPrefix)),
        InvalidOperationException { InnerException: FormatException or ArgumentException } wrong
            when wrong.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) =>
            $"{wrong.Message.TrimEnd('.')}: {wrong.InnerException!.Message}",
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException inUse } => inUse.Message,
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        _ => null,
    };

    private static IHost CreateHost(string[] args, Action<IServiceCollection, IConfiguration> addServices)
    {
        var builder = Host.CreateApplicationBuilder(args);
        Add(builder, addServices);
        return builder.Build();
    }

    private static WebApplication CreateWebApplication(string[] args, Action<IServiceCollection, IConfiguration> addServices, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        Add(builder, addServices);
        var app = builder.Build();
        map(app);
        return app;
    }

    private static void Add(IHostApplicationBuilder builder, Action<IServiceCollection, IConfiguration> addServices)
    {
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);

        // It would repeat, with a stack trace, the error that is reported in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        addServices(builder.Services, builder.Configuration);
    }

    // Data annotations wrap the error in a sentence about types.
    private static string StripValidationPrefix(string failure)
    {
        const string Frame = "with the error: '";
        return failure.IndexOf(Frame, StringComparison.Ordinal) is var at and >= 0
            ? failure[(at + Frame.Length)..].TrimEnd('.').TrimEnd('\'')
            : failure;
    }
}
