using System.Buffers;

namespace Mesh.Contracts.Values;

internal static class NameValidator
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>The text itself, if it is valid in a queue name, a URL and a file name.</summary>
    public static string Validate(string value, string what, int lengthMax)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length is 0 || value.Length > lengthMax || value.AsSpan().ContainsAnyExcept(Allowed))
            throw new ArgumentException(
                $"'{value}' is not {what}: expected 1 to {lengthMax} letters, digits, dots, hyphens or underscores.", nameof(value));
        return value;
    }
}
