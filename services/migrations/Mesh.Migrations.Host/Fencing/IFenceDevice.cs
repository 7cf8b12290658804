using Mesh.Contracts.Values;

namespace Mesh.Migrations.Host.Fencing;

/// <summary>Powers hosts off and makes sure of it.</summary>
internal interface IFenceDevice
{
    /// <summary>Whether there is a way to power hosts off.</summary>
    bool IsConfigured { get; }

    /// <summary>Powers a host off. Null once it is off for certain; otherwise why that cannot be said.</summary>
    Task<string?> PowerOffAsync(HostName host, CancellationToken cancellation);
}
