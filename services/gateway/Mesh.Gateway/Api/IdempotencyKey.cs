using System.Text.RegularExpressions;
using Mesh.Contracts.Api;
using Mesh.Contracts.Values;
using Mesh.Gateway.Problems;

namespace Mesh.Gateway.Api;

/// <summary>The identifier that a client may choose for a request, so that repeating it is safe.</summary>
internal static partial class IdempotencyKey
{
    /// <summary>The given identifier, or a new one if none is given.</summary>
    /// <exception cref="ApiException">It is not 1 to <paramref name="longest"/> of the accepted characters.</exception>
    public static string GetOrCreate(string? given, string pointer, int longest, Random random)
    {
        if (given is null)
            return MigrationId.New(random).Value;
        return given.Length <= longest && Accepted().IsMatch(given)
            ? given
            : throw new ApiException(ApiProblems.BadRequest(
                [new ApiError(pointer, $"invalid identifier '{given}'; expected 1 to {longest} letters, digits, dots, hyphens or underscores")]));
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Accepted();
}
