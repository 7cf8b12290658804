using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mesh.Hosting.Telemetry;

/// <summary>Registers the export of traces and metrics.</summary>
public static class TelemetryServiceCollectionExtensions
{
    /// <summary>
    /// Exports traces and metrics over OTLP if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector; otherwise does nothing.
    /// Calling it again changes nothing.
    /// </summary>
    public static IServiceCollection AddMeshTelemetry(this IServiceCollection services, IConfiguration configuration, string serviceName)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var isAdded = services.Any(service => service.ImplementationType == typeof(TelemetryExport));
        return isAdded || string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])
            ? services
            : services.AddSingleton(new ServiceName(serviceName)).AddHostedService<TelemetryExport>();
    }

    internal sealed record ServiceName(string Value);

    private sealed class TelemetryExport(ServiceName name) : IHostedService, IDisposable
    {
        private TracerProvider? _traces;
        private MeterProvider? _metrics;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            var resource = ResourceBuilder.CreateDefault().AddService(name.Value, "mesh");
            _traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource).AddSource(MeshTelemetry.Name, "MassTransit", "Microsoft.AspNetCore").AddOtlpExporter().Build();
            _metrics = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource).AddMeter(MeshTelemetry.Name, "MassTransit", "Microsoft.AspNetCore.Hosting").AddOtlpExporter().Build();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _traces?.ForceFlush();
            _metrics?.ForceFlush();
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            _traces?.Dispose();
            _metrics?.Dispose();
        }
    }
}
