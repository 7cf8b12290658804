using Mesh.Hosting.Claims;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Doctor;

/// <summary>With which broker the store is claimed, and whether a mesh is running on it.</summary>
internal sealed class ClaimCheck(IOptions<StoreOptions> options) : IStoreCheck
{
    public string Name => "claim";

    public async Task RunAsync(DiagnosticContext context)
    {
        context.Claim = await ClaimTable.ReadAsync(context.Connection);
        if (context.Claim?.Broker is { } broker)
            context.AddChecked($"claim: this store is {context.Claim.Store}, with the broker {broker}");
        if (await StoreLock.IsHeldByAnotherProcessAsync(options.Value.Location, context.Cancellation))
            context.Report(DoctorFinding.Notice(Name, "the store", "a mesh is running on it"));
    }
}
