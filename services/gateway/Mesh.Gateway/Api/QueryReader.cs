using System.Globalization;
using Mesh.Contracts.Values;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Api;

/// <summary>Reads parameters of a URL, and tells what is wrong with them.</summary>
internal static class QueryReader
{
    /// <summary>Refuses parameters that nobody would read: a misspelt filter must not answer with everything.</summary>
    public static void RejectUnknown(HttpRequest request, params string[] names)
    {
        foreach (var name in request.Query.Keys.Except(names, StringComparer.Ordinal))
            throw Error(name, names.Length == 0
                ? "is not known; this resource takes no parameters"
                : $"is not known; this resource takes {string.Join(", ", names)}");
    }

    public static bool Flag(HttpRequest request, string name) => request.Query[name].ToArray() switch
    {
        [] => false,
        ["true"] => true,
        ["false"] => false,
        var other => throw Error(name, $"'{string.Join(',', other)}' is not accepted; it takes true or false"),
    };

    /// <summary>Who asks, where the resource takes no JSON that could say so.</summary>
    public static string RequestedBy(HttpRequest request) =>
        request.Query["requestedBy"].ToString() is { Length: > 0 } by ? by : MigrationRequestBody.DefaultRequestedBy;

    public static int Count(HttpRequest request, string name, int unless, int max) => Number(request, name, 1, max) ?? unless;

    /// <summary>A whole number; null if it is not given.</summary>
    public static int? Number(HttpRequest request, string name, int min, int max)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= min && count <= max
            ? count
            : throw Error(name, $"'{text}' is not accepted; it takes a whole number from {min} to {max}");
    }

    public static MigrationId Id(string text) => Parse(text, "id", value => new MigrationId(value));

    /// <summary>A host's name; <paramref name="where"/> is where it stands.</summary>
    public static HostName Host(string text, string where = "name") => Parse(text, where, value => new HostName(value));

    private static T Parse<T>(string text, string where, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (ArgumentException e)
        {
            throw Error(where, e.Message.Split(" (Parameter", 2)[0]);
        }
    }

    private static ApiException Error(string path, string message) => new(ApiProblems.BadRequest([new ApiError(path, message)]));
}
