using System.Reflection;

namespace Mesh.Hosting.Store;

/// <summary>One step of a database's schema; applied once, in the order of names.</summary>
/// <param name="Name">Its name, beginning with a number.</param>
/// <param name="Sql">Its statements; <c>{identity}</c> stands for a primary key that numbers its rows by itself.</param>
public sealed record SchemaScript(string Name, string Sql)
{
    /// <summary>The <c>*.sql</c> files that an assembly embeds.</summary>
    public static IReadOnlyList<SchemaScript> Embedded(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return [.. assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return new SchemaScript(name, reader.ReadToEnd());
        })];
    }
}
