using MassTransit.Logging;
using MassTransit.Monitoring;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mesh.Hosting.Telemetry;

/// <summary>Registers the export of traces and metrics.</summary>
public static class TelemetryServiceCollectionExtensions
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Exports traces and metrics of the mesh, its bus, its HTTP server, PostgreSQL and the runtime over OTLP if
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector; otherwise does nothing. Calling it again changes nothing.
    /// </summary>
    public static IServiceCollection AddMeshTelemetry(this IServiceCollection services, IConfiguration configuration, string serviceName)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var isAdded = services.Any(service => service.ServiceType == typeof(TracerProvider));
        if (isAdded || string.IsNullOrEmpty(configuration[Endpoint]))
            return services;

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(serviceName, "mesh"))
            .WithTracing(traces => traces
                .AddSource(MeshTelemetry.Name, DiagnosticHeaders.DefaultListenerName)
                .AddAspNetCoreInstrumentation()
                .AddNpgsql()
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics
                .AddMeter(MeshTelemetry.Name, InstrumentationOptions.MeterName)
                .AddAspNetCoreInstrumentation()
                .AddNpgsqlInstrumentation()
                .AddRuntimeInstrumentation()
                .AddOtlpExporter());
        return services;
    }
}
