using Dapper;
using Mesh.Hosting.Store;

namespace Mesh.Hosting.Doctor;

/// <summary>Whether the store's schema is the one that this version works with.</summary>
internal sealed class SchemaCheck(SqlDialect dialect, IEnumerable<SchemaScript> scripts) : IStoreCheck
{
    private readonly IReadOnlyList<SchemaScript> _scripts = [.. scripts.OrderBy(script => script.Name, StringComparer.Ordinal)];

    public string Name => "schema";

    /// <summary>Whether every table is there, so that the rest can be looked at.</summary>
    public bool IsComplete { get; private set; }

    public async Task RunAsync(DiagnosticContext context)
    {
        if (!await dialect.HasTableAsync(context.Connection, "mesh_schema"))
        {
            IsComplete = false;
            context.Report(DoctorFinding.Problem(Name, "the store", "it has no schema of the mesh: it is empty, or belongs to something else"));
            return;
        }

        var applied = (await context.Connection.QueryAsync<string>("SELECT name FROM mesh_schema")).ToHashSet(StringComparer.Ordinal);
        context.AddChecked($"{applied.Count} steps of the schema");
        foreach (var unknown in applied.Where(name => _scripts.All(script => script.Name != name)).Order(StringComparer.Ordinal))
        {
            context.DisableRepair();
            context.Report(DoctorFinding.Problem(
                Name, unknown, "this version of the mesh does not know the step: the store was used by a newer one, and only that one may repair it"));
        }

        IReadOnlyList<SchemaScript> missing = [.. _scripts.Where(script => !applied.Contains(script.Name))];
        IsComplete = missing.Count == 0 || context.IsRepairing;
        foreach (var script in missing)
        {
            await context.ReportAsync(
                DoctorFinding.Problem(Name, script.Name, "the step has not been applied, so the rest of the store cannot be looked at; the next 'mesh up' applies it"),
                "the step was applied",
                "applies it",
                transaction => SchemaScript.ApplyAsync(context.Connection, transaction, dialect, script));
            IsComplete &= context.Findings[^1].Repair == RepairState.Done;
        }
    }
}
