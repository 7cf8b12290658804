using Mesh.Hosting.Store;

namespace Mesh.Hosting.Doctor;

/// <summary>What the database finds wrong with itself.</summary>
internal sealed class IntegrityCheck(SqlDialect dialect) : IStoreCheck
{
    public string Name => "integrity";

    public async Task RunAsync(DiagnosticContext context)
    {
        var errors = await dialect.CheckIntegrityAsync(context.Connection, context.Cancellation);
        context.AddChecked("the database itself");
        foreach (var error in errors)
            context.Report(DoctorFinding.Problem(Name, "the database", error));

        // What a damaged database says of anything else is worth little, and writing to it makes it worse.
        if (errors.Count > 0)
            context.DisableRepair();
    }
}
