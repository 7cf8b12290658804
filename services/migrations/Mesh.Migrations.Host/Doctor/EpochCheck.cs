using Dapper;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>Whether the next attempt will have a higher epoch than every one before.</summary>
internal sealed class EpochCheck : IStoreCheck
{
    public string Name => "epoch";

    public async Task RunAsync(DiagnosticContext examination)
    {
        long newest = 0;
        foreach (var id in await MigrationRow.IdsAsync(examination))
            if (await MigrationRow.LoadAsync(examination, id) is { } row && row.TryRead(out _) is { } state)
                newest = Math.Max(newest, state.Epoch.Number);

        var given = await examination.Connection.ExecuteScalarAsync<long?>("SELECT MAX(number) FROM epoch") ?? 0;
        examination.AddChecked($"the newest epoch, {given}");
        if (given < newest)
            await examination.ReportAsync(
                DoctorFinding.Problem(Name, "the newest epoch", $"it is {given}, but an attempt has {newest} already: agents would refuse the next attempts as old"),
                $"it was raised to {newest}",
                $"raises it to {newest}",
                transaction => examination.Connection.ExecuteAsync(
                    "INSERT INTO epoch (one, number) VALUES (1, @newest) ON CONFLICT (one) DO UPDATE SET number = @newest", new { newest }, transaction));
    }
}
