using System.Globalization;
using Dapper;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>How many ended migrations and journal entries the store holds, and how old they are.</summary>
internal sealed class RetentionCheck(IOptions<StoreOptions> options) : IStoreCheck
{
    /// <summary>Rows that a running mesh has not deleted for so long after their time are left over.</summary>
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(7);

    public string Name => "retention";

    public async Task RunAsync(DiagnosticContext context)
    {
        var (ended, oldest) = await context.Connection.QuerySingleAsync<(long Count, string? Oldest)>("SELECT COUNT(*), MIN(requested_at) FROM migration WHERE ended = 1");
        var entries = await context.Connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM journal");
        var retention = options.Value.Retention;
        var kept = retention == TimeSpan.Zero ? "kept for ever" : string.Create(CultureInfo.InvariantCulture, $"kept for {retention.TotalDays:0.#} days");
        if (!DateTimeOffset.TryParse(oldest, CultureInfo.InvariantCulture, out var requestedAt))
        {
            context.AddChecked($"{ended} ended migrations ({kept}), {entries} journal entries");
            return;
        }

        context.AddChecked(string.Create(CultureInfo.InvariantCulture, $"{ended} ended migrations, the oldest requested {requestedAt:yyyy-MM-dd} ({kept}), {entries} journal entries"));
        if (retention > TimeSpan.Zero && context.Now - requestedAt > retention + MaxDelay)
            context.Report(DoctorFinding.Notice(
                Name, "ended migrations", $"the oldest is older than it should be ({kept}): a running mesh deletes it within hours, unless it ended long after its request"));
    }
}
