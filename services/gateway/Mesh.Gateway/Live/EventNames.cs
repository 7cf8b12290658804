using System.Reflection;
using System.Text.Json.Serialization;
using Mesh.Contracts.Events;

namespace Mesh.Gateway.Live;

/// <summary>The names of events in a live stream: the same words that tell them apart in their JSON.</summary>
internal static class EventNames
{
    /// <summary>A migration as it stands, at the beginning of a stream.</summary>
    public const string View = "view";

    private static readonly Dictionary<Type, string> Names = typeof(MigrationEvent)
        .GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
        .ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);

    public static string GetName(MigrationEvent migrationEvent) => Names[migrationEvent.GetType()];
}
