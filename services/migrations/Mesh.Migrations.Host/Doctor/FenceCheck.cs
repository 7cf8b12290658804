using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>
/// Whether the fencings that hold can be read. One that cannot is left to a person: to drop it would be to believe again what a host
/// said before it was fenced.
/// </summary>
internal sealed class FenceCheck : IStoreCheck
{
    public string Name => "fences";

    public async Task RunAsync(DiagnosticContext examination)
    {
        var rows = (await examination.Connection.QueryAsync<(string Host, string Fence)>("SELECT host, fence FROM host_fence ORDER BY host")).AsList();
        examination.AddChecked($"{rows.Count} hosts that are fenced");
        foreach (var (host, json) in rows)
            if (HostJsonRow.FindProblem<HostFence>(host, json, fence => fence.Host) is { } complaint)
                examination.Report(DoctorFinding.Problem(
                    Name, $"host {host}", $"its fencing cannot be read: {complaint}. Fence the host again once it is certain to be off, or delete the row when it is back"));
    }
}
