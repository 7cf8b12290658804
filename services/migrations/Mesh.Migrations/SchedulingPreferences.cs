using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Migrations;

/// <summary>What may be changed of a migration while it waits.</summary>
/// <param name="Priority">How much it matters beside others that wait.</param>
/// <param name="AllowedHosts">The hosts that may take it, in the order in which they are tried; empty for any.</param>
/// <param name="Preferred">A host to be taken if nothing speaks against it; null for none.</param>
public sealed record SchedulingPreferences(MigrationPriority Priority, IReadOnlyList<HostName> AllowedHosts, HostName? Preferred = null)
{
    /// <summary>What a request asks for.</summary>
    public static SchedulingPreferences FromRequest(RequestMigration request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request.Priority, CombineHosts(request.To, request.Alternatives), request.Preferred);
    }

    /// <summary>The hosts that are meant by a destination and further hosts.</summary>
    public static IReadOnlyList<HostName> CombineHosts(HostName? to, IReadOnlyList<HostName>? further) =>
        [.. (to is { } first ? [first] : Array.Empty<HostName>()).Concat(further ?? []).Distinct()];
}
