using Dapper;
using Mesh.Hosting.Doctor;
using Mesh.Policy.Host.Store;

namespace Mesh.Policy.Host.Doctor;

/// <summary>
/// Whether the stored policies can be read. An unreadable policy is left to the operator: only they know what it should contain. An
/// override for something that is no VM has no effect and can be deleted.
/// </summary>
internal sealed class PolicyCheck : IStoreCheck
{
    public string Name => "policies";

    public async Task RunAsync(DiagnosticContext context)
    {
        var rows = await new PolicyTables(context.Connection).LoadAsync();
        context.AddChecked($"{rows.Policies.Count} stored policies");
        foreach (var row in rows.Policies)
            if (row.TryRead("", out var reason) is null)
                context.Report(DoctorFinding.Problem(
                    Name, $"policy {row.Name}", $"cannot be read, so VMs it applies to cannot be migrated: {reason}. Re-apply or delete it"));
        foreach (var row in rows.Overrides)
            if (row.TryRead() is null)
                await context.ReportAsync(
                    DoctorFinding.Problem(Name, $"VM {row.VmId}", $"policy override ({row.Policy}) cannot be read and is ignored"),
                    "the override was deleted",
                    "deletes the override; set it again if it is still needed",
                    transaction => context.Connection.ExecuteAsync("DELETE FROM policy_override WHERE vm_id = @VmId", new { row.VmId }, transaction));
    }
}
