using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Dapper;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Documents;

namespace Mesh.Scheduler.Host.Store;

/// <summary>Reads the placement rules from the store, and parses each document once.</summary>
internal sealed partial class StoredRulesReader(ILogger<StoredRulesReader> log)
{
    // Read in every pass, and rarely changed.
    private readonly ConcurrentDictionary<string, RulesAnswer> _parsed = new(StringComparer.Ordinal);

    /// <summary>The rules in effect: none if there are none, or if the stored document cannot be parsed.</summary>
    public async Task<RulesAnswer> ReadAsync(DbConnection connection)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(string Document, string By, string At)?>(
            "SELECT document, updated_by, updated_at FROM placement_rules WHERE id = 1");
        if (row is not { } stored)
            return new RulesAnswer(new PlacementRules(), []);
        return _parsed.GetOrAdd(stored.Document, document =>
        {
            _parsed.Clear();
            var (rules, diagnostics) = RulesText.Read(document);
            if (rules is null)
                LogUnreadable($"line {diagnostics[0].Line}: {diagnostics[0].Field} {diagnostics[0].Message}");
            return new RulesAnswer(rules, diagnostics);
        }) with
        { UpdatedBy = stored.By, UpdatedAt = DateTimeOffset.TryParse(stored.At, CultureInfo.InvariantCulture, out var at) ? at : null };
    }

    [LoggerMessage(5030, LogLevel.Error, "The stored placement rules cannot be parsed and are ignored until re-applied: {Reason}")]
    private partial void LogUnreadable(string reason);
}
