using System.Collections.Concurrent;
using System.Text;
using Mesh.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Mesh.Hosting.Tests.Telemetry;

public sealed class When_a_collector_is_named
{
    [Fact]
    public async Task It_receives_traces_and_metrics_of_mesh_server_and_runtime_under_the_service_s_name()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = await StartAsync(app => app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body, Encoding.Latin1);
            var body = await reader.ReadToEndAsync();
            received.AddOrUpdate(signal, body, (_, before) => before + body);
        }));
        await using (var service = await StartAsync(
            app => app.MapGet("/here", () =>
            {
                using var activity = MeshTelemetry.StartActivity("looked at", traceParent: null);
                return activity?.DisplayName;
            }),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Urls.Single()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")))
        {
            using var client = new HttpClient();
            (await client.GetStringAsync(new Uri($"{service.Urls.Single()}/here"))).ShouldBe("looked at");
            await service.StopAsync();
        }

        foreach (var part in new[] { "weighed service", "looked at", "GET /here" })
            received["traces"].ShouldContain(part);
        foreach (var part in new[] { "weighed service", "http.server.request.duration", "dotnet.gc.collections" })
            received["metrics"].ShouldContain(part);
    }

    [Fact]
    public async Task Nothing_is_collected_without_one()
    {
        await using var service = await StartAsync(_ => { });

        service.Services.GetService<TracerProvider>().ShouldBeNull();
        service.Services.GetService<MeterProvider>().ShouldBeNull();
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplication> map, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)));

        // The first name applies, whichever services are added later.
        builder.Services.AddMeshTelemetry(builder.Configuration, "weighed service").AddMeshTelemetry(builder.Configuration, "another");
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
