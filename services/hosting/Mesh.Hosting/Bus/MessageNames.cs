using System.Collections.Frozen;
using System.Reflection;
using MassTransit;
using Mesh.Contracts.Serialization;

namespace Mesh.Hosting.Bus;

/// <summary>
/// The names of messages in the broker and the outbox: those of <see cref="MessageNameAttribute"/> and never a CLR name, so that a type can
/// be renamed or moved without breaking other versions or stored messages.
/// </summary>
internal static class MessageNames
{
    private const string UrnPrefix = "urn:message:mesh:";
    private const string FaultSuffix = ":fault";

    private static readonly IReadOnlyList<(Type Type, string Name)> Named =
    [
        .. from type in typeof(MessageNameAttribute).Assembly.GetExportedTypes()
           let name = type.GetCustomAttribute<MessageNameAttribute>()?.Name
           where name is not null
           select (type, name),
    ];

    // MassTransit knows a message by a name that it derives from the CLR type, unless the type has MassTransit's own attribute.
    private static readonly FrozenDictionary<string, string> ByUrn = Named
        .SelectMany(named => (KeyValuePair<string, string>[])
        [
            new(MessageUrn.ForTypeString(named.Type), UrnPrefix + named.Name),
            new(MessageUrn.ForTypeString(typeof(Fault<>).MakeGenericType(named.Type)), UrnPrefix + named.Name + FaultSuffix),
        ])
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> ByName = ByUrn.ToFrozenDictionary(item => item.Value, item => item.Key, StringComparer.Ordinal);

    /// <summary>The name of a message type.</summary>
    /// <exception cref="InvalidOperationException">It declares none.</exception>
    public static string Of(Type type) => Find(type) ?? throw new InvalidOperationException($"{type} has no [MessageName]: messages are sent and stored by that name");

    /// <summary>The name of a message type; null if it declares none.</summary>
    public static string? Find(Type type) => type.GetCustomAttribute<MessageNameAttribute>(inherit: false)?.Name;

    /// <summary>The names sent in a message's header, for the URNs that MassTransit gave it.</summary>
    public static string ToHeader(IEnumerable<string> urns) => string.Join(';', urns.Select(urn => ByUrn.GetValueOrDefault(urn, urn)));

    /// <summary>The URNs that MassTransit looks for, for the names in a message's header.</summary>
    public static string FromHeader(string names) => string.Join(';', names.Split(';').Select(name => ByName.GetValueOrDefault(name, name)));
}

/// <summary>Names the exchange to which a message type is published.</summary>
internal sealed class ExchangeNameFormatter(IEntityNameFormatter others) : IEntityNameFormatter
{
    private const string Prefix = "mesh.messages.";

    public string FormatEntityName<T>() => typeof(T) switch
    {
        { IsGenericType: true } type when type.GetGenericTypeDefinition() == typeof(Fault<>) && MessageNames.Find(type.GetGenericArguments()[0]) is { } faulted =>
            $"{Prefix}{faulted}.fault",
        var type when MessageNames.Find(type) is { } name => Prefix + name,
        _ => others.FormatEntityName<T>(),
    };
}
