using System.Text;
using System.Text.Json;
using Mesh.Contracts.Serialization;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Live;

/// <summary>Writes server-sent events (WHATWG HTML, section 9.2), numbered from 1.</summary>
internal sealed class SseWriter(HttpResponse response)
{
    private long _id;

    public Task BeginAsync(CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        return response.Body.FlushAsync(cancellation);
    }

    public Task EventAsync<T>(string name, T data, CancellationToken cancellation) =>
        WriteAsync($"id: {++_id}\nevent: {name}\ndata: {JsonSerializer.Serialize(data, MeshJson.Options)}\n\n", cancellation);

    /// <summary>A line that readers pass over; it keeps connections open and finds dead ones.</summary>
    public Task CommentAsync(string text, CancellationToken cancellation) => WriteAsync($": {text}\n\n", cancellation);

    private async Task WriteAsync(string text, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
