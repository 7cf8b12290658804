using System.Net;
using System.Net.Http.Json;
using System.Text;
using Mesh.Contracts.Api;
using Mesh.Contracts.Serialization;
using Mesh.Gateway.Live;
using Mesh.Hosting.Bus;
using Mesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway.Tests;

/// <summary>The gateway on a real socket, with a fake bus and a manual clock.</summary>
internal sealed class GatewayFixture : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayFixture(WebApplication app, FakeBus bus, ManualTimeProvider time)
    {
        (_app, Bus, Time) = (app, bus, time);
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public FakeBus Bus { get; }

    public ManualTimeProvider Time { get; }

    public HttpClient Http { get; }

    public EventHub Hub => _app.Services.GetRequiredService<EventHub>();

    public static async Task<GatewayFixture> StartAsync(params (string Key, string Value)[] settings)
    {
        var (bus, time) = (new FakeBus(), new ManualTimeProvider());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("Gateway:Listen", "http://127.0.0.1:0")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IMessageBus>(bus);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddGateway(builder.Configuration);
        var app = builder.Build();
        app.MapGateway();
        await app.StartAsync();
        return new GatewayFixture(app, bus, time);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json, string mediaType = "application/json") =>
        Http.PostAsync(path, new StringContent(json, Encoding.UTF8, mediaType));

    public Task<HttpResponseMessage> PatchAsync(string path, string json) =>
        Http.PatchAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> PutAsync(string path, string body, string mediaType = "application/json") =>
        Http.PutAsync(path, new StringContent(body, Encoding.UTF8, mediaType));

    /// <summary>Checks that a response is a problem, and returns it.</summary>
    public static async Task<ApiProblem> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string type)
    {
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<ApiProblem>(MeshJson.Options);
        problem.ShouldNotBeNull();
        problem.Type.ShouldBe(type);
        problem.Status.ShouldBe((int)status);
        problem.Detail.ShouldNotBeNullOrWhiteSpace();
        return problem;
    }
}
