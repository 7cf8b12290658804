using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Names;

/// <summary>A top-level type of a shipped project.</summary>
/// <param name="Project">The project that declares it.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name, without type parameters.</param>
/// <param name="Path">One of the files that declare it.</param>
internal sealed record Declaration(string Project, string Namespace, string Name, string Path)
{
    // Files have file-scoped namespaces, so a type declared at the first column is a top-level type.
    private static readonly Regex TypeDeclaration = SourceCode.Compile(
        @"^((public|internal|file|sealed|abstract|static|partial|readonly|ref|unsafe)\s+)*(class|record struct|record class|record|struct|interface|enum)\s+(?<name>[A-Za-z_]\w*)|^((public|internal)\s+)*delegate\s+[^(;]*?(?<name>[A-Za-z_]\w*)\s*(<[^>]*>)?\(");

    private static readonly Regex NamespaceDeclaration = SourceCode.Compile(@"^namespace\s+(?<name>[\w.]+);");

    /// <summary>Every top-level type; the parts of a partial type count once.</summary>
    public static IReadOnlyList<Declaration> All { get; } =
    [
        .. Reading.Project.Shipped.SelectMany(project => project.Sources.SelectMany(path => Find(project.Name, path, RepositoryFiles.Read(path))))
            .DistinctBy(declaration => (declaration.Project, declaration.Namespace, declaration.Name)),
    ];

    /// <summary>The types that a source declares.</summary>
    public static IEnumerable<Declaration> Find(string project, string path, string source)
    {
        var code = SourceCode.StripCommentsAndStrings(source);
        var typeNamespace = NamespaceDeclaration.Match(code).Groups["name"].Value;
        return TypeDeclaration.Matches(code).Select(match => new Declaration(project, typeNamespace, match.Groups["name"].Value, path));
    }
}
