using System.Text.RegularExpressions;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>The identity that a caller may give to a wish, so that asking again with it is safe.</summary>
internal static partial class IdempotencyKey
{
    /// <summary>The identity given, or a new one where none was.</summary>
    /// <exception cref="ApiException">It is not 1 to <paramref name="longest"/> of the accepted characters.</exception>
    public static string GetOrCreate(string? given, string pointer, int longest, Random random)
    {
        if (given is null)
            return MigrationId.New(random).Value;
        return given.Length <= longest && Accepted().IsMatch(given)
            ? given
            : throw new ApiException(ApiProblems.BadRequest(
                [new ApiError(pointer, $"'{given}' is not accepted; it takes 1 to {longest} letters, digits, dots, hyphens or underscores")]));
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Accepted();
}
