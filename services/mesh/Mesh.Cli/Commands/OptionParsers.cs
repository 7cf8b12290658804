using System.CommandLine.Parsing;
using System.Globalization;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Cli.Commands;

/// <summary>Parsers of option values with clear error messages.</summary>
internal static class OptionParsers
{
    public static Func<ArgumentResult, int?> Count(string option, string what, int min, int max) =>
        result => Number(result, option, what, min, max) is { } number ? (int)number : null;

    public static Func<ArgumentResult, Percent?> Percent(string option) => Percent(option, 1);

    public static Func<ArgumentResult, Percent?> Percent(string option, int min) =>
        result => Number(result, option, "percent", min, QemuAutoConverge.MaxPercent) is { } number ? new Percent((int)number) : null;

    // Not a bool, because bool options take no value.
    public static Func<ArgumentResult, OnOrOff?> OnOrOff(string option) =>
        result => OneOf(option, Commands.OnOrOff.On, Commands.OnOrOff.Off)(result);

    public static Func<ArgumentResult, TimeSpan?> Seconds(string option, int min) =>
        result => Number(result, option, "seconds", min, 31_536_000) is { } number ? TimeSpan.FromSeconds(number) : null;

    /// <summary>A downtime within QEMU's bounds, in milliseconds.</summary>
    public static Func<ArgumentResult, TimeSpan?> Downtime(string option) => result =>
        Number(result, option, "milliseconds", (long)QemuLimits.MaxDowntimeMin.TotalMilliseconds, (long)QemuLimits.MaxDowntimeMax.TotalMilliseconds) is { } number
            ? TimeSpan.FromMilliseconds(number)
            : null;

    // The mesh uses bytes per second, so libvirt's maximum in MiB/s would overflow.
    public static Func<ArgumentResult, BytesPerSecond?> MebibytesPerSecond(string option) =>
        result => Number(result, option, "MiB/s", 1, LibvirtLimits.BandwidthMaxMebibytes) is { } number ? new BytesPerSecond(number << 20) : null;

    /// <summary>A comma-separated list; the option can be repeated.</summary>
    public static Func<ArgumentResult, IReadOnlyList<string>> List(string option, string what) => result =>
    {
        string[] items = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))];
        if (items.Any(item => item.Length == 0))
            result.AddError($"invalid value for {option}: expected comma-separated {what} without empty items");
        return items;
    };

    /// <summary>A comma-separated list of host names; the option can be repeated.</summary>
    public static Func<ArgumentResult, IReadOnlyList<HostName>> Hosts(string option) => result =>
    {
        try
        {
            return [.. List(option, "hosts")(result).Where(item => item.Length > 0).Select(item => new HostName(item))];
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
        foreach (var value in accepted)
            if (string.Equals(TextFormatter.Format(value), text, StringComparison.Ordinal))
                return value;
        result.AddError($"invalid value '{text}' for {option}: expected {string.Join(" or ", accepted.Select(TextFormatter.Format))}");
        return default;
    };

    /// <summary>A value of a type that validates itself.</summary>
    public static Func<ArgumentResult, T?> ParsedOption<T>(string option, Func<string, T> parse)
        where T : struct => result =>
    {
        try
        {
            return parse(result.Tokens[^1].Value);
        }
        catch (ArgumentException e)
        {
            result.AddError($"{option}: {WithoutParameter(e)}");
            return null;
        }
    };

    public static T Parse<T>(string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
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
        result.AddError($"invalid value '{text}' for {option}: expected a whole number of {what} from {min} to {max}");
        return null;
    }
}

internal enum OnOrOff
{
    Off,
    On,
}
