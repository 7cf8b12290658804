using System.Text.Json;
using Mesh.Contracts.Serialization;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Api;

/// <summary>Reads a request's JSON, and tells exactly what is wrong with it.</summary>
internal static class BodyReader
{
    private static readonly JsonDocumentOptions Syntax = new() { MaxDepth = 16 };

    /// <exception cref="ApiException">It is no JSON, too large, or not of the type's shape.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, int bytesMax)
        where T : class
    {
        // Besides being the truth, the content type keeps out forms of foreign web pages, which cannot send it unasked.
        if (!request.HasJsonContentType())
            throw new ApiException(ApiProblems.BadRequest(
                $"the content type is '{request.ContentType}'; application/json is accepted", StatusCodes.Status415UnsupportedMediaType));

        var bytes = await ReadAllAsync(request, bytesMax);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, Syntax);
        }
        catch (JsonException e)
        {
            throw new ApiException(ApiProblems.BadRequest(
                $"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}): {WithoutPosition(e.Message)}"));
        }

        using (document)
        {
            var faults = StrictShape.Check(document.RootElement, typeof(T)).ToList();
            return faults.Count == 0
                ? document.Deserialize<T>(MeshJson.Options)!
                : throw new ApiException(ApiProblems.BadRequest(faults));
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAllAsync(HttpRequest request, int bytesMax)
    {
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            if (body.Length + read > bytesMax)
                throw new ApiException(ApiProblems.BadRequest(
                    $"the body is larger than {bytesMax} bytes (Gateway:BodyBytesMax)", StatusCodes.Status413PayloadTooLarge));
            await body.WriteAsync(buffer.AsMemory(0, read));
        }

        return body.ToArray();
    }

    // System.Text.Json counts lines from 0 and says so at the end of its message; people count from 1.
    private static string WithoutPosition(string message) =>
        message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var at and >= 0 ? message[..at] : message;
}
