using System.Text.RegularExpressions;

namespace Mesh.Repository.Tests.Reading;

/// <summary>Searches C# and shell sources.</summary>
internal static class SourceCode
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(10);

    private static readonly Regex CommentsAndStrings = Compile(
        """(?<quoted>"{3,}[\s\S]*?"{3,}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])')|(?<comment>//[^\n]*|/\*[\s\S]*?\*/)""");

    /// <summary>The code without comments and literals; lines keep their numbers.</summary>
    public static string StripCommentsAndStrings(string text) => CommentsAndStrings.Replace(text, match => new string('\n', match.Value.Count(character => character == '\n')));

    /// <summary>Every place where a pattern occurs, as <c>path:line: text</c>.</summary>
    public static IEnumerable<string> Find(string path, string text, Regex pattern)
    {
        var lines = text.Split('\n');
        return pattern.Matches(text).Select(match => text.AsSpan(0, match.Index).Count('\n')).Distinct()
            .Select(line => $"{path}:{line + 1}: {lines[line].Trim()}");
    }

    public static Regex Compile(string pattern) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, RegexTimeout);
}
