using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Client;

/// <summary>Client of the gateway's REST resources and live streams. Errors are <see cref="CliException"/>s.</summary>
internal sealed partial class MeshClient : IDisposable
{
    /// <summary>
    /// How long a response may take. Longer than the gateway waits for a service and then for a host, so that the gateway can report
    /// the cause.
    /// </summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(40);

    /// <summary>How long a live stream may be idle: three of the gateway's keepalive intervals.</summary>
    public static readonly TimeSpan StreamIdleTimeout = TimeSpan.FromSeconds(45);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public MeshClient(Uri server, HttpMessageHandler handler, TimeProvider time)
    {
        Server = server;
        _time = time;
        _http = new HttpClient(handler) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Server { get; }

    private string ServerName => Server.ToString().TrimEnd('/');

    public Task<MigrationView> RequestAsync(MigrationRequestBody body, CancellationToken cancellation) =>
        SendAsync<MigrationView>(HttpMethod.Post, "api/v1/migrations", Body(body), cancellation);

    public Task<MigrationView> GetAsync(MigrationId id, CancellationToken cancellation) =>
        SendAsync<MigrationView>(HttpMethod.Get, $"api/v1/migrations/{id}", null, cancellation);

    public Task<IReadOnlyList<MigrationView>> ListAsync(bool unfinishedOnly, int limit, CancellationToken cancellation) =>
        SendAsync<IReadOnlyList<MigrationView>>(
            HttpMethod.Get, $"api/v1/migrations?unfinished={(unfinishedOnly ? "true" : "false")}&limit={limit}", null, cancellation);

    public Task<AbortAnswer> AbortAsync(MigrationId id, string requestedBy, CancellationToken cancellation) =>
        SendAsync<AbortAnswer>(HttpMethod.Post, $"api/v1/migrations/{id}/abort", Body(new AbortBody { RequestedBy = requestedBy }), cancellation);

    public Task<ChangeStatus> ChangeAsync(MigrationId id, ChangeBody body, CancellationToken cancellation) =>
        ChangeAsync(HttpMethod.Patch, $"api/v1/migrations/{id}", Body(body), cancellation);

    /// <summary>Applies the action <c>force-complete</c>, <c>postcopy</c> or <c>suspend</c>.</summary>
    public Task<ChangeStatus> ApplyActionAsync(MigrationId id, string action, ChangeActionBody body, CancellationToken cancellation) =>
        ChangeAsync(HttpMethod.Post, $"api/v1/migrations/{id}/{action}", Body(body), cancellation);

    /// <summary>The migration's trace as JSON lines.</summary>
    public async Task<string> ExportAsync(MigrationId id, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/migrations/{id}/trace");
        using var response = await ExchangeAsync(request, cancellation);
        try
        {
            return await response.Content.ReadAsStringAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Unreachable(e);
        }
    }

    public Task<IReadOnlyList<HostView>> HostsAsync(CancellationToken cancellation) =>
        SendAsync<IReadOnlyList<HostView>>(HttpMethod.Get, "api/v1/hosts", null, cancellation);

    public Task<FenceAnswer> FenceAsync(HostName host, bool confirmed, string requestedBy, CancellationToken cancellation) =>
        SendAsync<FenceAnswer>(HttpMethod.Post, $"api/v1/hosts/{host}/fence", Body(new FenceBody { Confirmed = confirmed, RequestedBy = requestedBy }), cancellation);

    public Task<IReadOnlyList<VmView>> VmsAsync(CancellationToken cancellation) =>
        SendAsync<IReadOnlyList<VmView>>(HttpMethod.Get, "api/v1/vms", null, cancellation);

    /// <summary>One live stream, until the gateway closes it.</summary>
    /// <param name="id">The migration to follow; null for all.</param>
    /// <param name="connected">Called once the gateway has responded.</param>
    /// <param name="cancellation">Closes the stream.</param>
    public async IAsyncEnumerable<StreamItem> StreamAsync(
        MigrationId? id, Action connected, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, id is null ? "api/v1/events" : $"api/v1/migrations/{id}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await ExchangeAsync(request, cancellation);
        connected();
        await using var body = new IdleTimeoutStream(await response.Content.ReadAsStreamAsync(cancellation), StreamIdleTimeout, _time);
        await foreach (var item in EventReader.ReadAsync(body, cancellation))
            yield return item;
    }

    public void Dispose() => _http.Dispose();

    private static JsonContent Body<T>(T body) => JsonContent.Create(body, options: MeshJson.Options);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? body, CancellationToken cancellation)
        where T : class
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var response = await ExchangeAsync(request, cancellation);
        return await ReadAsync<T>(response, cancellation);
    }

    private async Task<ChangeStatus> ChangeAsync(HttpMethod method, string path, HttpContent body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var response = await ExchangeAsync(request, cancellation);
        return new(await ReadAsync<MigrationChange>(response, cancellation), response.StatusCode == HttpStatusCode.Accepted);
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(MeshJson.Options, cancellation) ?? throw NotAGateway(response);
        }
        catch (JsonException e)
        {
            throw NotAGateway(response, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Unreachable(e);
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        using var limit = new CancellationTokenSource(ResponseTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Unreachable, $"no response from {ServerName} within {ResponseTimeout.TotalSeconds:0} s", e);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ProblemAsync(response, cancellation);
    }

    private async Task<CliException> ProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<ApiProblem>(MeshJson.Options, cancellation) is { } problem
                ? new CliException(ExitCodes.From(problem), Describe(problem)) { Problem = problem }
                : NotAGateway(response);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            return NotAGateway(response, e);
        }
    }

    private static string Describe(ApiProblem problem) =>
        problem.Type is ApiProblemTypes.Refused or ApiProblemTypes.InvalidPolicy or ApiProblemTypes.InvalidRules ? $"refused: {problem.Detail}" : problem.Detail;

    private CliException NotAGateway(HttpResponseMessage response, Exception? inner = null) => new(
        ExitCodes.Unreachable,
        $"{ServerName} is not a mesh gateway: it responded with status {(int)response.StatusCode} and content type {response.Content.Headers.ContentType?.MediaType ?? "none"}",
        inner);

    private CliException Unreachable(Exception e)
    {
        var cause = e.GetBaseException() is SocketException socket
            ? socket.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "connection refused",
                SocketError.HostNotFound or SocketError.TryAgain => "no such host",
                SocketError.TimedOut => "connection timed out",
                _ => socket.Message,
            }
            : e.GetBaseException().Message;
        return new CliException(ExitCodes.Unreachable, $"cannot reach {ServerName} ({cause}): is 'mesh up' running?", e);
    }
}

/// <summary>The state of a change.</summary>
/// <param name="Change">The change as recorded by the migration.</param>
/// <param name="IsPending">Whether the host has not answered for all parameters yet.</param>
internal sealed record ChangeStatus(MigrationChange Change, bool IsPending);
