using System.Reflection;
using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Tests.Samples;

/// <summary>The types of the contracts, found by reflection, so that every new message is tested.</summary>
internal static class MessageTypes
{
    private static readonly Type[] Public = [.. typeof(MeshJson).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <summary>Every concrete record: the messages and what they contain.</summary>
    public static IReadOnlyList<Type> Records { get; } = [.. Public.Where(type => IsRecord(type) && !type.IsAbstract)];

    /// <summary>Every abstract record, which is sent with a discriminator.</summary>
    public static IReadOnlyList<Type> Bases { get; } = [.. Public.Where(type => IsRecord(type) && type.IsAbstract)];

    public static IReadOnlyList<Type> Enums { get; } = [.. Public.Where(type => type.IsEnum)];

    /// <summary>Value types with their own wire form.</summary>
    public static IReadOnlyList<Type> Values { get; } =
        [.. Public.Where(type => type is { IsValueType: true, IsEnum: false, Namespace: "Mesh.Contracts.Values" })];

    /// <summary>The derived types of a base with their discriminators, in the order of the base's attributes.</summary>
    public static IReadOnlyList<(string Name, Type Type)> DerivedOf(Type type) =>
        [.. type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).Select(derived => ((string)derived.TypeDiscriminator!, derived.DerivedType))];

    /// <summary>The JSON member that distinguishes the derived types of a base.</summary>
    public static string DiscriminatorOf(Type type) =>
        type.GetCustomAttribute<JsonPolymorphicAttribute>(inherit: false)!.TypeDiscriminatorPropertyName!;

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
