using Dapper;
using Mesh.Hosting.Doctor;
using Mesh.Policy.Host.Store;

namespace Mesh.Policy.Host.Doctor;

/// <summary>
/// Whether the policies that are kept can be read. One that cannot is left to a person: only people know what it was to say. An override
/// that names no machine is of use to nobody and may go.
/// </summary>
internal sealed class PolicyCheck : IStoreCheck
{
    public string Name => "policies";

    public async Task RunAsync(DiagnosticContext examination)
    {
        var rows = await new PolicyTables(examination.Connection).LoadAsync();
        examination.AddChecked($"{rows.Policies.Count} policies that were kept");
        foreach (var row in rows.Policies)
            if (row.TryRead("", out var reason) is null)
                examination.Report(DoctorFinding.Problem(
                    Name, $"policy {row.Name}", $"it cannot be read, and machines that it is for cannot be migrated: {reason}. Keep it anew, or delete it"));
        foreach (var row in rows.Overrides)
            if (row.TryRead() is null)
                await examination.ReportAsync(
                    DoctorFinding.Problem(Name, $"machine {row.VmId}", $"the row that gives it policy {row.Policy} of its own cannot be read, and counts for nothing"),
                    "the row was deleted",
                    "deletes the row; give the machine its policy again",
                    transaction => examination.Connection.ExecuteAsync("DELETE FROM policy_override WHERE vm_id = @VmId", new { row.VmId }, transaction));
    }
}
