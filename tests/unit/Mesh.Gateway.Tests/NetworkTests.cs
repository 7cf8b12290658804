using System.Net;
using Mesh.Contracts.Api;
using Mesh.Contracts.Queries;
using Mesh.Gateway.Network;
using Mesh.Hosting.Errors;

namespace Mesh.Gateway.Tests;

public sealed class NetworkTests
{
    [Theory]
    [InlineData("http://127.0.0.1:7070", "127.0.0.1", 7070)]
    [InlineData("http://127.1.2.3:1/", "127.1.2.3", 1)]
    [InlineData("http://[::1]:0", "::1", 0)]
    [InlineData("http://localhost:8080", "127.0.0.1", 8080)]
    [InlineData("http://127.0.0.1:80", "127.0.0.1", 80)]
    public void Loopback_addresses_are_accepted(string url, string address, int port)
    {
        var listen = ListenAddress.Parse(url);
        listen.Address.ShouldBe(IPAddress.Parse(address));
        listen.Port.ShouldBe(port);
    }

    [Theory]
    [InlineData("http://0.0.0.0:7070", "no authentication")]
    [InlineData("http://[::]:7070", "no authentication")]
    [InlineData("http://192.168.1.5:7070", "no authentication")]
    [InlineData("http://example.org:7070", "no authentication")]
    [InlineData("http://*:7070", "cannot listen")]
    [InlineData("https://127.0.0.1:7070", "cannot listen")]
    [InlineData("http://127.0.0.1:7070/mesh", "cannot listen")]
    [InlineData("http://127.0.0.1", "the port is missing")]
    [InlineData("7070", "cannot listen")]
    [InlineData("", "cannot listen")]
    public async Task Other_addresses_are_rejected_at_startup(string url, string why)
    {
        var problem = await Should.ThrowAsync<ProblemException>(() => GatewayFixture.StartAsync(("Gateway:Listen", url)));
        problem.Message.ShouldContain($"'{url}'");
        problem.Message.ShouldContain(why);
        problem.Message.ShouldContain("http://127.0.0.1:PORT");
    }

    [Theory]
    [InlineData("mesh.example.org")]
    [InlineData("192.168.1.5")]
    public async Task A_foreign_host_name_that_resolves_to_loopback_is_rejected(string host)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        gateway.Bus.Answer<ListHosts, HostList>(_ => new([], []));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/hosts");
        request.Headers.Host = host;

        var problem = await GatewayFixture.ProblemAsync(await gateway.Http.SendAsync(request), HttpStatusCode.Forbidden, ApiProblemTypes.Forbidden);

        problem.Detail.ShouldContain(host);
        gateway.Bus.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Requests_of_other_sites_are_rejected()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/v1/migrations/m1/abort");
        foreign.Headers.Add("Origin", "https://evil.example");
        await GatewayFixture.ProblemAsync(await gateway.Http.SendAsync(foreign), HttpStatusCode.Forbidden, ApiProblemTypes.Forbidden);
        gateway.Bus.Requests.ShouldBeEmpty();

        gateway.Bus.Answer<ListHosts, HostList>(_ => new([], []));
        using var own = new HttpRequestMessage(HttpMethod.Get, "/api/v1/hosts");
        own.Headers.Add("Origin", gateway.Http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        (await gateway.Http.SendAsync(own)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
