using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Dapper;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Documents;

namespace Mesh.Scheduler.Host.Store;

/// <summary>Reads the placement rules from the store, each document once.</summary>
internal sealed partial class StoredRulesReader(ILogger<StoredRulesReader> log)
{
    // Read at every turn, and changed once in a while.
    private readonly ConcurrentDictionary<string, RulesAnswer> _read = new(StringComparer.Ordinal);

    /// <summary>The rules that count: none while nobody has kept any, or where those kept cannot be read.</summary>
    public async Task<RulesAnswer> ReadAsync(DbConnection connection)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(string Document, string By, string At)?>(
            "SELECT document, kept_by, kept_at FROM placement_rules WHERE one = 1");
        if (row is not { } kept)
            return new RulesAnswer(new PlacementRules(), []);
        return _read.GetOrAdd(kept.Document, document =>
        {
            _read.Clear();
            var (rules, diagnostics) = RulesText.Read(document);
            if (rules is null)
                LogUnreadable($"line {diagnostics[0].Line}: {diagnostics[0].Field} {diagnostics[0].Message}");
            return new RulesAnswer(rules, diagnostics);
        }) with
        { UpdatedBy = kept.By, UpdatedAt = DateTimeOffset.TryParse(kept.At, CultureInfo.InvariantCulture, out var at) ? at : null };
    }

    [LoggerMessage(5030, LogLevel.Error, "The placement rules cannot be read from the store and count for nothing until they are kept anew: {Reason}")]
    private partial void LogUnreadable(string reason);
}
