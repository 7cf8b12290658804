using Mesh.Contracts.Policies;

namespace Mesh.Migrations.Host.Policies;

/// <summary>Where the migrations service learns which policy counts for a machine.</summary>
internal interface IPolicyClient
{
    /// <summary>The policy that counts; none if a named one does not exist.</summary>
    Task<ResolvePolicyAnswer> ResolveAsync(ResolvePolicy ask, CancellationToken cancellation);
}
