using Mesh.Hosting.Store;

namespace Mesh.Hosting.Doctor;

/// <summary>What the database finds wrong with itself.</summary>
internal sealed class IntegrityCheck(SqlDialect dialect) : IStoreCheck
{
    public string Name => "integrity";

    public async Task RunAsync(Examination examination)
    {
        var complaints = await dialect.IntegrityAsync(examination.Connection, examination.Cancellation);
        examination.Looked("the database itself");
        foreach (var complaint in complaints)
            examination.Find(Finding.Problem(Name, "the database", complaint));

        // What a damaged database says of anything else is worth little, and writing to it makes it worse.
        if (complaints.Count > 0)
            examination.LeaveAlone();
    }
}
