using Dapper;
using Mesh.Hosting.Store;

namespace Mesh.Hosting.Doctor;

/// <summary>Whether this version can use the store's format and schema.</summary>
internal sealed class SchemaCheck(SqlDialect dialect, IEnumerable<SchemaScript> scripts) : IStoreCheck
{
    private readonly IReadOnlyList<SchemaScript> _scripts = [.. scripts.OrderBy(script => script.Name, StringComparer.Ordinal)];

    public string Name => "schema";

    /// <summary>Whether every table exists, so that the rest can be checked.</summary>
    public bool IsComplete { get; private set; }

    public async Task RunAsync(DiagnosticContext context)
    {
        if (!await dialect.HasTableAsync(context.Connection, "mesh_schema"))
        {
            IsComplete = false;
            context.Report(DoctorFinding.Problem(Name, "the store", "has no mesh schema: it is empty, or belongs to something else"));
            return;
        }

        if (await StoreFormat.FindProblemAsync(context.Connection, transaction: null, dialect) is { } problem)
        {
            IsComplete = false;
            context.DisableRepair();
            context.Report(DoctorFinding.Problem(Name, "the store", problem));
            return;
        }

        var applied = (await context.Connection.QueryAsync<string>("SELECT name FROM mesh_schema")).ToHashSet(StringComparer.Ordinal);
        context.AddChecked($"{applied.Count} schema scripts");
        foreach (var unknown in applied.Where(name => _scripts.All(script => script.Name != name)).Order(StringComparer.Ordinal))
        {
            context.DisableRepair();
            context.Report(DoctorFinding.Problem(
                Name, unknown, "unknown schema script: a newer version has used the store; repair it with that version"));
        }

        IReadOnlyList<SchemaScript> missing = [.. _scripts.Where(script => !applied.Contains(script.Name))];
        IsComplete = missing.Count == 0 || context.IsRepairing;
        foreach (var script in missing)
        {
            await context.ReportAsync(
                DoctorFinding.Problem(Name, script.Name, "not applied yet, so the rest of the store cannot be checked; the next 'mesh up' applies it"),
                "applied",
                "applies it",
                transaction => SchemaScript.ApplyAsync(context.Connection, transaction, dialect, script));
            IsComplete &= context.Findings[^1].Repair == RepairState.Done;
        }
    }
}

/// <summary>The database's own integrity check.</summary>
internal sealed class IntegrityCheck(SqlDialect dialect) : IStoreCheck
{
    public string Name => "integrity";

    public async Task RunAsync(DiagnosticContext context)
    {
        var errors = await dialect.CheckIntegrityAsync(context.Connection, context.Cancellation);
        context.AddChecked("database integrity");
        foreach (var error in errors)
            context.Report(DoctorFinding.Problem(Name, "the database", error));

        // Other findings in a damaged database are unreliable, and writing to it makes it worse.
        if (errors.Count > 0)
            context.DisableRepair();
    }
}
