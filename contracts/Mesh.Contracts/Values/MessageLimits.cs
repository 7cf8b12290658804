using System.Reflection;

namespace Mesh.Contracts.Values;

/// <summary>
/// What the mesh accepts in a message of an agent. Every member has limits: those of its type, given here, or its own <see cref="LimitsAttribute"/>.
/// The schemas in <c>infra/docs/schemas</c> state them. Lists and dictionaries have no null elements.
/// </summary>
public static class MessageLimits
{
    /// <summary>VMs in an inventory or a report, and samples in a report.</summary>
    public const int VmsPerHostMax = 10_000;

    /// <summary>Disks, network interfaces or host devices of one VM.</summary>
    public const int DevicesPerVmMax = 512;

    /// <summary>Elements of any other list.</summary>
    public const int ItemsMax = 4096;

    /// <summary>Refusals or parameters in an answer.</summary>
    public const int AnswersMax = 256;

    /// <summary>Characters in the name of a VM, and in a UUID; at least one in a name.</summary>
    public const int NameLengthMax = 255;

    /// <summary>Characters in any other text.</summary>
    public const int TextLengthMax = 4096;

    /// <summary>Characters in the hypervisor's own texts, and in the address of an image.</summary>
    public const int LongTextLengthMax = 65_536;

    /// <summary>The greatest number, size or rate: 2^53 - 1, which every reader of JSON represents exactly.</summary>
    public const long NumberMax = (1L << 53) - 1;

    /// <summary>Virtual CPUs of one VM.</summary>
    public const int VCpusMax = 4096;

    /// <summary>Logical CPUs of one host.</summary>
    public const int LogicalCpusMax = 65_536;

    /// <summary>Pages dirtied per second.</summary>
    public const long DirtyPagesPerSecondMax = 1L << 32;

    /// <summary>Bytes in a page.</summary>
    public const long PageSizeMax = 1L << 30;

    /// <summary>The latest start of an agent process, in milliseconds since 1970: the end of the year 2999.</summary>
    public const long AgentEpochMax = 32_503_679_999_999;

    /// <summary>The longest duration, in milliseconds: 36,500 days.</summary>
    public const long DurationMax = 36_500L * 24 * 60 * 60 * 1000;

    /// <summary>The earliest time.</summary>
    public static readonly DateTimeOffset TimeMin = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The latest time.</summary>
    public static readonly DateTimeOffset TimeMax = new(2999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    /// <summary>The range of a number, the length of a text or the count of a list; null for a type without such limits.</summary>
    /// <param name="type">The type.</param>
    /// <param name="member">The member that has it; null for an element of a list.</param>
    public static (long Min, long Max)? Find(Type type, MemberInfo? member = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (member?.GetCustomAttribute<LimitsAttribute>() is { } own)
            return (own.Min, own.Max);
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare == typeof(string))
            return (0, TextLengthMax);
        if (bare == typeof(int))
            return (0, int.MaxValue);
        if (bare == typeof(long) || bare == typeof(Bytes) || bare == typeof(BytesPerSecond))
            return (0, NumberMax);
        if (bare == typeof(Epoch))
            return (1, NumberMax);
        if (bare == typeof(Percent))
            return (0, 100);
        if (bare == typeof(TimeSpan))
            return (0, DurationMax);
        if (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return (0, ItemsMax);
        return bare == typeof(IReadOnlyDictionary<string, string>) ? (0, LabelLimits.CountMax) : null;
    }
}
