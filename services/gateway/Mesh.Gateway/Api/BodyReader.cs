using System.Text;
using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Mesh.Gateway.Api;

/// <summary>Reads request bodies strictly.</summary>
internal static class BodyReader
{
    private static readonly JsonDocumentOptions Syntax = new() { MaxDepth = 16 };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads an optional body; null if there is none.</summary>
    /// <exception cref="ApiException">The body is not JSON, too large, or does not match the type.</exception>
    public static async Task<T?> ReadIfAnyAsync<T>(HttpRequest request, int bytesMax)
        where T : class =>
        request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0 ? await ReadAsync<T>(request, bytesMax) : null;

    /// <summary>Reads a body as text.</summary>
    /// <exception cref="ApiException">The body has another content type, is too large, or is not UTF-8.</exception>
    public static async Task<string> ReadTextAsync(HttpRequest request, int bytesMax, params string[] contentTypes)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !contentTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase))
            throw UnsupportedContentType(request, string.Join(" or ", contentTypes));
        try
        {
            return Utf8.GetString((await ReadAllAsync(request, bytesMax)).Span);
        }
        catch (DecoderFallbackException)
        {
            throw new ApiException(ApiProblems.BadRequest("the body is not UTF-8"));
        }
    }

    /// <exception cref="ApiException">The body is not JSON, too large, or does not match the type.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, int bytesMax)
        where T : class
    {
        // Also keeps out forms of other sites, which cannot send this content type without a preflight request.
        if (!request.HasJsonContentType())
            throw UnsupportedContentType(request, "application/json");

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
            var errors = StrictJsonValidator.Validate(document.RootElement, typeof(T)).ToList();
            return errors.Count == 0
                ? document.Deserialize<T>(MeshJson.Options)!
                : throw new ApiException(ApiProblems.BadRequest(errors));
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
                    $"the body is larger than {bytesMax} bytes (Gateway:MaxBodyBytes)", StatusCodes.Status413PayloadTooLarge));
            await body.WriteAsync(buffer.AsMemory(0, read));
        }

        return body.ToArray();
    }

    private static ApiException UnsupportedContentType(HttpRequest request, string accepted) => new(ApiProblems.BadRequest(
        $"content type '{request.ContentType}' is not supported; use {accepted}", StatusCodes.Status415UnsupportedMediaType));

    // System.Text.Json appends the position to its message and counts lines from 0; people count from 1.
    private static string WithoutPosition(string message) =>
        message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var at and >= 0 ? message[..at] : message;
}
