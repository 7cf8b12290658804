using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mesh.Core;

/// <summary>Writes values into commands that people copy into a shell.</summary>
public static class ShellText
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+=:,@%/");

    /// <summary>
    /// A value as one word of a POSIX shell: unchanged where that is enough, else in single quotes; with control characters as <c>$'…'</c>, which
    /// bash, zsh and ksh read.
    /// </summary>
    public static string Quote(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > 0 && !value.AsSpan().ContainsAnyExcept(Plain))
            return value;
        return value.Any(char.IsControl) ? QuoteControl(value) : $"'{value.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    private static string QuoteControl(string value)
    {
        var quoted = new StringBuilder("$'");
        foreach (var character in value)
            _ = character switch
            {
                '\'' or '\\' => quoted.Append('\\').Append(character),
                _ when char.IsControl(character) => quoted.Append(CultureInfo.InvariantCulture, $@"\u{(int)character:x4}"),
                _ => quoted.Append(character),
            };
        return quoted.Append('\'').ToString();
    }
}
