using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Migrations.Intake;

/// <summary>Checks a message, or one entry of it, against <see cref="MessageLimits"/>: every member, at any depth.</summary>
public static class MessageValidator
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Member>> Members = new();

    /// <summary>The first fault; null if there is none.</summary>
    /// <param name="message">The message, as it was deserialized.</param>
    public static MessageFault? FindFault(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (var member in Members.GetOrAdd(message.GetType(), Describe))
            if (member.Get(message) is { } value && FindFault(value, member.Limits) is { } fault)
                return fault.Within(member.Name);
        return null;
    }

    private static MessageFault? FindFault(object value, (long Min, long Max)? limits) => value switch
    {
        bool => null,
        string text => FindFault(text, limits!.Value),
        int number => CheckNumber(number, limits!.Value),
        long number => CheckNumber(number, limits!.Value),
        Bytes bytes => CheckNumber(bytes.Count, limits!.Value),
        BytesPerSecond rate => CheckNumber(rate.Count, limits!.Value),
        Percent percent => CheckNumber(percent.Value, limits!.Value),
        Epoch epoch => CheckNumber(epoch.Number, limits!.Value),
        TimeSpan duration => CheckNumber((long)duration.TotalMilliseconds, limits!.Value),
        DateTimeOffset time => time >= MessageLimits.TimeMin && time <= MessageLimits.TimeMax
            ? null
            : new("", $"is {time:u}; {MessageLimits.TimeMin:yyyy} to {MessageLimits.TimeMax:yyyy} is accepted"),
        Enum word => Enum.IsDefined(word.GetType(), word) ? null : new("", "is an unknown word"),
        IReadOnlyDictionary<string, string> labels => FindFault(labels, limits!.Value),
        IEnumerable items => FindFault(items, limits!.Value),

        // A name has been checked by its own constructor.
        ValueType => null,
        _ => FindFault(value),
    };

    private static MessageFault? FindFault(string text, (long Min, long Max) limits)
    {
        if (text.Length < limits.Min || text.Length > limits.Max)
            return new("", $"has {text.Length} characters; {limits.Min} to {limits.Max} are accepted");
        var isName = limits.Max <= MessageLimits.NameLengthMax;
        return isName ? text.Any(char.IsControl) ? new("", "has a control character") : null : text.Contains('\0', StringComparison.Ordinal) ? new("", "has a NUL character") : null;
    }

    private static MessageFault? CheckNumber(long number, (long Min, long Max) limits) =>
        number >= limits.Min && number <= limits.Max ? null : new("", $"is {number}; {limits.Min} to {limits.Max} is accepted");

    private static MessageFault? FindFault(IReadOnlyDictionary<string, string> labels, (long Min, long Max) limits)
    {
        if (labels.Count < limits.Min || labels.Count > limits.Max)
            return new("", $"has {labels.Count} labels; at most {limits.Max} are accepted");
        foreach (var (key, value) in labels)
        {
            if (FindFault(key, (1, LabelLimits.LengthMax)) is { } ofKey)
                return new("", $"has a key that {ofKey.Reason}");
            if ((value is null ? new("", "is null") : FindFault(value, (0, LabelLimits.LengthMax))) is { } ofValue)
                return ofValue.Within($"['{key}']");
        }

        return null;
    }

    private static MessageFault? FindFault(IEnumerable items, (long Min, long Max) limits)
    {
        var index = 0;
        var count = items is ICollection known ? known.Count : items.Cast<object?>().Count();
        if (count < limits.Min || count > limits.Max)
            return new("", $"has {count} elements; at most {limits.Max} are accepted");
        foreach (var item in items)
        {
            if ((item is null ? new("", "is null") : FindFault(item, MessageLimits.Find(item.GetType()))) is { } fault)
                return fault.Within($"[{index}]");
            index++;
        }

        return null;
    }

    private static IReadOnlyList<Member> Describe(Type type) =>
    [
        .. MeshJson.Options.GetTypeInfo(type).Properties
            .Where(property => property is { Get: not null, AttributeProvider: MemberInfo member } && !member.IsDefined(typeof(JsonIgnoreAttribute)))
            .Select(property => new Member(property, MessageLimits.Find(property.PropertyType, (MemberInfo)property.AttributeProvider!))),
    ];

    private sealed record Member(JsonPropertyInfo Property, (long Min, long Max)? Limits)
    {
        public string Name => Property.Name;

        public object? Get(object owner) => Property.Get!(owner);
    }
}
