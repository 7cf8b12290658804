using System.Net;
using System.Text.Json;

namespace Mesh.Gateway.Tests;

/// <summary>Reads server-sent events line by line, including comments.</summary>
internal sealed class LiveStream(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
{
    public JsonElement Data { get; private set; }

    public static async Task<LiveStream> OpenAsync(GatewayFixture gateway, string path)
    {
        var response = await gateway.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("text/event-stream");
        return new LiveStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public async Task<(string Id, string Name)?> NextAsync()
    {
        var (id, name) = ("", "");
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                Data = JsonDocument.Parse(line[6..]).RootElement;
            else if (line.StartsWith(':'))
                name = line;
            else if (line.Length == 0)
                return (id, name);
        }

        return null;
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
