using System.Data.Common;
using System.Reflection;
using Dapper;

namespace Mesh.Hosting.Store;

/// <summary>One step of a database's schema; applied once, in the order of names.</summary>
/// <param name="Name">Its name, which starts with a number.</param>
/// <param name="Sql">Its statements; <c>{identity}</c> stands for a primary key that the database numbers.</param>
public sealed record SchemaScript(string Name, string Sql)
{
    /// <summary>The <c>*.sql</c> files embedded in an assembly.</summary>
    public static IReadOnlyList<SchemaScript> Embedded(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return [.. assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return new SchemaScript(name, reader.ReadToEnd());
        })];
    }

    internal static async Task ApplyAsync(DbConnection connection, DbTransaction transaction, SqlDialect dialect, SchemaScript script)
    {
        await connection.ExecuteAsync(script.Sql.Replace("{identity}", dialect.Identity, StringComparison.Ordinal), transaction: transaction);
        await connection.ExecuteAsync("INSERT INTO mesh_schema (name) VALUES (@Name)", new { script.Name }, transaction);
    }
}
