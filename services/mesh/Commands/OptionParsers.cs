using System.CommandLine.Parsing;
using System.Globalization;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary>Reads options' values, and tells what is wrong with them in words instead of type names.</summary>
internal static class OptionParsers
{
    public static Func<ArgumentResult, int?> Count(string option, string what, int min, int max) =>
        result => Number(result, option, what, min, max) is { } number ? (int)number : null;

    public static Func<ArgumentResult, Percent?> Percent(string option) => Percent(option, 1);

    public static Func<ArgumentResult, Percent?> Percent(string option, int min) =>
        result => Number(result, option, "percent", min, 99) is { } number ? new Percent((int)number) : null;

    // Not a bool: an option of that type takes no value of its own.
    public static Func<ArgumentResult, OnOrOff?> OnOrOff(string option) =>
        result => OneOf(option, Commands.OnOrOff.On, Commands.OnOrOff.Off)(result);

    public static Func<ArgumentResult, TimeSpan?> Seconds(string option, int min) =>
        result => Number(result, option, "seconds", min, 31_536_000) is { } number ? TimeSpan.FromSeconds(number) : null;

    public static Func<ArgumentResult, TimeSpan?> Milliseconds(string option, int min, int max) =>
        result => Number(result, option, "milliseconds", min, max) is { } number ? TimeSpan.FromMilliseconds(number) : null;

    // libvirt counts bandwidth in MiB/s and the mesh in bytes per second, so what libvirt takes at most does not fit here.
    public static Func<ArgumentResult, BytesPerSecond?> MebibytesPerSecond(string option) =>
        result => Number(result, option, "MiB/s", 1, 8_796_093_022_207) is { } number ? new BytesPerSecond(number << 20) : null;

    /// <summary>Words between commas; the option may also be given several times.</summary>
    public static Func<ArgumentResult, IReadOnlyList<string>> List(string option, string what) => result =>
    {
        string[] words = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))];
        if (words.Any(word => word.Length == 0))
            result.AddError($"{option} takes {what} separated by commas, with nothing empty between them");
        return words;
    };

    /// <summary>Hosts' names between commas; the option may also be given several times.</summary>
    public static Func<ArgumentResult, IReadOnlyList<HostName>> Hosts(string option) => result =>
    {
        try
        {
            return [.. List(option, "hosts")(result).Where(word => word.Length > 0).Select(word => new HostName(word))];
        }
        catch (ArgumentException e)
        {
            result.AddError($"{option}: {WithoutParameter(e)}");
            return [];
        }
    };

    public static Func<ArgumentResult, T> OneOf<T>(string option, params T[] accepted)
        where T : struct, Enum => result =>
    {
        var text = result.Tokens[^1].Value;
        foreach (var word in accepted)
            if (string.Equals(Output.TextFormatter.Format(word), text, StringComparison.Ordinal))
                return word;
        result.AddError($"{option} '{text}' is not accepted: it takes {string.Join(" or ", accepted.Select(Output.TextFormatter.Format))}");
        return default;
    };

    /// <summary>A value whose own rules say what it takes.</summary>
    public static Func<ArgumentResult, T?> ParsedOption<T>(string option, Func<string, T> read)
        where T : struct => result =>
    {
        try
        {
            return read(result.Tokens[^1].Value);
        }
        catch (ArgumentException e)
        {
            result.AddError($"{option}: {WithoutParameter(e)}");
            return null;
        }
    };

    public static T Parse<T>(string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (ArgumentException e)
        {
            throw new CliException(ExitCodes.Usage, WithoutParameter(e));
        }
    }

    private static string WithoutParameter(ArgumentException e) => e.Message.Split(" (Parameter", 2)[0].TrimEnd('.');

    private static long? Number(ArgumentResult result, string option, string what, long min, long max)
    {
        var text = result.Tokens[^1].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        result.AddError($"{option} '{text}' is not accepted: it takes a whole number of {what} from {min} to {max}");
        return null;
    }
}

/// <summary>Whether something that can be switched is on.</summary>
internal enum OnOrOff
{
    /// <summary>Switched off.</summary>
    Off,

    /// <summary>Switched on.</summary>
    On,
}
