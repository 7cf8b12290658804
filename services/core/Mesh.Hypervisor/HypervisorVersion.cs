using System.Globalization;

namespace Mesh.Hypervisor;

/// <summary>The part of a version that decides whether a VM can be migrated.</summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second number; 0 if there is none.</param>
public sealed record HypervisorVersion(int Major, int Minor)
{
    /// <summary>The first one or two numbers of a text such as <c>10.0.2</c> or <c>QEMU 9.2.0 (Debian 1:9.2)</c>; null if it holds none.</summary>
    public static HypervisorVersion? Parse(string text)
    {
        var start = text.AsSpan().IndexOfAnyInRange('0', '9');
        if (start < 0)
            return null;
        var rest = text.AsSpan(start);
        if (!ReadNumber(ref rest, out var major))
            return null;
        var minor = 0;
        if (rest is ['.', >= '0' and <= '9', ..])
        {
            rest = rest[1..];
            if (!ReadNumber(ref rest, out minor))
                return null;
        }

        return new(major, minor);
    }

    /// <summary>Whether this is older than another by major, then minor number.</summary>
    public bool IsOlderThan(HypervisorVersion other) => Major != other.Major ? Major < other.Major : Minor < other.Minor;

    private static bool ReadNumber(ref ReadOnlySpan<char> text, out int number)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
