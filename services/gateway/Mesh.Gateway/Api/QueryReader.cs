using System.Globalization;
using Mesh.Contracts.Api;
using Mesh.Contracts.Values;
using Mesh.Gateway.Problems;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Api;

/// <summary>Reads the parameters of a URL strictly.</summary>
internal static class QueryReader
{
    /// <summary>Rejects unknown parameters: a misspelt filter must not return everything.</summary>
    public static void RejectUnknown(HttpRequest request, params string[] names)
    {
        foreach (var name in request.Query.Keys.Except(names, StringComparer.Ordinal))
            throw Error(name, names.Length == 0
                ? "unknown parameter; this resource has none"
                : $"unknown parameter; expected {string.Join(", ", names)}");
    }

    public static bool Flag(HttpRequest request, string name) => request.Query[name].ToArray() switch
    {
        [] => false,
        ["true"] => true,
        ["false"] => false,
        var other => throw Error(name, $"invalid value '{string.Join(',', other)}'; expected true or false"),
    };

    /// <summary>The requester, for resources without a JSON body.</summary>
    public static string RequestedBy(HttpRequest request) =>
        request.Query["requestedBy"].ToString() is { Length: > 0 } requester ? requester : MigrationRequestBody.DefaultRequestedBy;

    public static int Count(HttpRequest request, string name, int defaultValue, int max) => Number(request, name, 1, max) ?? defaultValue;

    /// <summary>A whole number; null if omitted.</summary>
    public static int? Number(HttpRequest request, string name, int min, int max)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= min && count <= max
            ? count
            : throw Error(name, $"invalid value '{text}'; expected a whole number from {min} to {max}");
    }

    public static MigrationId Id(string text) => Parse(text, "id", value => new MigrationId(value));

    /// <summary>A host's name, of the path segment or parameter <paramref name="parameter"/>.</summary>
    public static HostName Host(string text, string parameter = "name") => Parse(text, parameter, value => new HostName(value));

    private static T Parse<T>(string text, string parameter, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (ArgumentException e)
        {
            throw Error(parameter, e.Message.Split(" (Parameter", 2)[0]);
        }
    }

    private static ApiException Error(string path, string message) => new(ApiProblems.BadRequest([new ApiError(path, message)]));
}
