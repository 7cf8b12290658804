using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Mesh.Contracts.Serialization;

/// <summary>The names of polymorphic messages on the wire.</summary>
public static class Discriminator
{
    private static readonly ConcurrentDictionary<Type, string> Names = new();

    /// <summary>The discriminator of a message, such as <c>abortJob</c>: its name in JSON, logs and traces.</summary>
    /// <exception cref="ArgumentException">No base type of the message declares one for it.</exception>
    public static string Of(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Names.GetOrAdd(message.GetType(), Find);
    }

    private static string Find(Type type)
    {
        for (var declaring = type.BaseType; declaring is not null; declaring = declaring.BaseType)
            foreach (var derived in declaring.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false))
                if (derived.DerivedType == type && derived.TypeDiscriminator is string name)
                    return name;
        throw new ArgumentException($"{type.Name} has no discriminator", nameof(type));
    }
}
